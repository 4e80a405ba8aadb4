import { AccountChoice } from './account-choice.js';
import { SignInRepository } from './sign-in.repository.js';
import { SignIns } from './sign-ins.js';

export const SIGN_IN = [AccountChoice, SignInRepository, SignIns];
