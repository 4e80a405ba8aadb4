import { LIMIT_WAIT_MS } from '../meta/answers.js';
import { Meanings, permanent, type Meaning } from '../meta/messaging/meanings.js';
import { REFUSALS } from './refusals.js';

const MINUTE = 60_000;
const blocked: Meaning = { class: 'blocked', sentence: 'This person cannot receive messages from the account.' };
const closed: Meaning = {
  class: 'windowClosed',
  sentence: 'Instagram allows answers within 24 hours after the person last wrote.',
};
const busy: Meaning = { class: 'retryAfter', sentence: 'Instagram could not take the message at the moment.' };
/** Too much to one person. */
const tooMuch: Meaning = {
  class: 'retryAfter',
  sentence: 'Instagram asks to write to this person more slowly.',
  waitMs: LIMIT_WAIT_MS,
};
const tooFast: Meaning = {
  class: 'retryAfter',
  sentence: 'Instagram asks the account to send more slowly.',
  waitMs: LIMIT_WAIT_MS,
  wholeChannel: true,
};
const revoked: Meaning = {
  class: 'reauthorize',
  sentence: 'Instagram no longer accepts the account’s token. Connect the account again.',
};
const restricted: Meaning = {
  class: 'retryAfter',
  sentence: 'Instagram has restricted the account for a while.',
  waitMs: 30 * MINUTE,
  wholeChannel: true,
};
const noPermission = permanent(
  'The token lacks the permission instagram_business_manage_messages, or access to messages is switched off in the account’s settings under Connected tools.',
);
const unknownPerson = permanent('Instagram does not know this person on this account.');
const controlled = permanent('Another app controls this conversation at the moment.');
const badFile = permanent('Instagram could not fetch the file, or its format is not supported.');

/** By subcode first, which is the exact reason. https://developers.facebook.com/docs/messenger-platform/error-codes */
const BY_SUBCODE: ReadonlyMap<number, Meaning> = new Map([
  [33, permanent('Instagram does not know this account for its token. Connect the account again.')],
  [2534022, closed],
  [2018278, closed],
  [2018065, closed],
  [2018300, controlled],
  [2534037, controlled],
  [2534014, unknownPerson],
  [2018001, unknownPerson],
  [2018028, permanent('The app is in development mode and this person has no role in it.')],
  [2018108, blocked],
  [1545041, blocked],
  [2534122, restricted],
  [2534029, restricted],
  [2018022, tooFast],
  [2018352, tooMuch],
  [2018034, permanent('The message is empty.')],
  [2018109, permanent('The file is too large for Instagram.')],
  [2018047, badFile],
  [2018007, badFile],
  [2018008, badFile],
]);

const BY_CODE: ReadonlyMap<number, Meaning> = new Map([
  [1, busy],
  [2, busy],
  [1200, busy],
  [4, { ...tooFast, waitMs: 2 * MINUTE }],
  [17, tooFast],
  [32, tooFast],
  [613, tooFast],
  [80002, tooFast],
  [80006, tooFast],
  [9, tooMuch],
  [3, noPermission],
  [10, noPermission],
  [200, noPermission],
  [230, noPermission],
  [100, permanent('Instagram does not take this message: something in it is not valid.')],
  [190, revoked],
  [368, restricted],
  [551, blocked],
  [803, unknownPerson],
  // Subcodes that some calls give as the code itself.
  [2534014, unknownPerson],
  [2534022, closed],
  [2534029, restricted],
  [2534122, restricted],
]);

export const MEANINGS = new Meanings(REFUSALS.names, { bySubcode: BY_SUBCODE, byCode: BY_CODE, busy, revoked });
