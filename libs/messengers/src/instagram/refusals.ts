import { Refusals } from '../meta/refusals.js';

/** What refused and unreadable answers to calls of registration mean. */
export const REFUSALS = new Refusals({ network: 'Instagram', account: 'account' });
