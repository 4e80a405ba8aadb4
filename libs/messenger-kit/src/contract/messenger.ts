import type { ChannelAccount, Recipient } from './account.js';
import type { HistoryReader } from './history.js';
import type { IncomeMessageWorker, Poller } from './income.js';
import type { MediaLoader } from './media.js';
import type { OutcomeMessageWorker } from './outcome.js';
import type { MessengerRegistrationWorker } from './registration.js';
import type { AccountSignIn } from './sign-in.js';

export interface Profile {
  readonly name?: string;
}

/** Looks up who somebody is. `undefined` when the messenger does not tell. */
export interface ProfileReader {
  read(account: ChannelAccount, person: Recipient): Promise<Profile | undefined>;
}

/** All a messenger is. Optional powers are optional members, never stubs that throw. */
export interface Messenger {
  readonly income: IncomeMessageWorker;
  readonly outcome: OutcomeMessageWorker;
  readonly registration: MessengerRegistrationWorker;
  readonly signIn?: AccountSignIn;
  readonly profile?: ProfileReader;
  readonly media?: MediaLoader;
  readonly poller?: Poller;
  readonly history?: HistoryReader;
}
