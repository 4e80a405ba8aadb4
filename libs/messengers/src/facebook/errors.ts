import { LIMIT_WAIT_MS } from '../meta/answers.js';
import { Meanings, permanent, type Meaning } from '../meta/messaging/meanings.js';
import { REFUSALS } from './refusals.js';

const MINUTE = 60_000;
const blocked: Meaning = { class: 'blocked', sentence: 'This person cannot receive messages from the Page any more.' };
const closed: Meaning = {
  class: 'windowClosed',
  sentence: 'Facebook allows answers within 24 hours after the person last wrote.',
};
const busy: Meaning = { class: 'retryAfter', sentence: 'Facebook could not take the message at the moment.' };
/** Too much to one person. */
const tooMuch: Meaning = {
  class: 'retryAfter',
  sentence: 'Facebook asks to write to this person more slowly.',
  waitMs: LIMIT_WAIT_MS,
};
const tooFast: Meaning = {
  class: 'retryAfter',
  sentence: 'Facebook asks the Page to send more slowly.',
  waitMs: LIMIT_WAIT_MS,
  wholeChannel: true,
};
const revoked: Meaning = {
  class: 'reauthorize',
  sentence: 'Facebook no longer accepts the Page’s token. Connect the Page again.',
};
const restricted: Meaning = {
  class: 'retryAfter',
  sentence: 'Facebook has restricted the Page for a while.',
  waitMs: 30 * MINUTE,
  wholeChannel: true,
};
const noPermission = permanent(
  'The Page’s token lacks the permission pages_messaging, or its owner the role. Connect the Page again and grant it.',
);
const developmentMode = permanent('The Meta app is in development mode and this person has no role in it.');
const notAllowed = permanent('Facebook does not allow this Page to write to this person.');
const badUpload = permanent('Facebook could not read the file: its kind or format is not supported.');
const badTemplate = permanent('Facebook does not take these buttons: one is missing something, or there are too many.');

/** By subcode first, which is the exact reason. https://developers.facebook.com/docs/messenger-platform/error-codes */
const BY_SUBCODE: ReadonlyMap<number, Meaning> = new Map([
  [2018278, closed],
  [2018065, closed],
  [2534022, closed],
  [2018108, blocked],
  [1545041, blocked],
  [2018300, permanent('Another app controls this conversation at the moment.')],
  [2018028, developmentMode],
  [1893063, restricted],
  [2534122, restricted],
  [2534029, restricted],
  [2018344, permanent('An admin of the Page must accept Meta’s terms first.')],
  [2018022, tooFast],
  [2018352, tooMuch],
  [2018001, permanent('Facebook does not know this person on this Page.')],
  [2018034, permanent('The message is empty.')],
  [2018109, permanent('The file is too large for Facebook.')],
  [2018047, badUpload],
  [2018007, badUpload],
  [2018008, badUpload],
  [2018032, badTemplate],
  [2018027, notAllowed],
  [2018021, notAllowed],
]);

const BY_CODE: ReadonlyMap<number, Meaning> = new Map([
  [1, busy],
  [2, busy],
  [4, { ...tooFast, waitMs: 2 * MINUTE }],
  [9, tooMuch],
  [10, noPermission],
  [17, tooFast],
  [32, tooFast],
  [100, permanent('Facebook does not take this message: something in it is not valid.')],
  [105, badTemplate],
  [190, revoked],
  [194, badTemplate],
  [200, noPermission],
  [230, noPermission],
  [368, restricted],
  [551, blocked],
  [613, tooFast],
  [803, permanent('Facebook does not know this person.')],
  [1200, busy],
  [10303, permanent('This person cannot receive this kind of message.')],
  [80001, tooFast],
  [80006, tooFast],
  // Subcodes that some calls give as the code itself.
  [2534122, restricted],
  [2534029, restricted],
]);

export const MEANINGS = new Meanings(REFUSALS.names, { bySubcode: BY_SUBCODE, byCode: BY_CODE, busy, revoked });
