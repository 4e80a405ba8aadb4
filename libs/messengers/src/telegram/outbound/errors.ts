import type { Rejected, RejectionClass, Unknown } from '#messenger-kit';
import type { BotAnswer } from '../bot-api.js';

export type Refused = Exclude<BotAnswer, { kind: 'ok' }>;
type Rule = readonly [code: number, contains: string, rejection: RejectionClass, sentence: string];

const REVOKED = 'Telegram no longer accepts the bot’s token. Connect the channel again with a valid token.';
const NOT_HERE = 'The bot may not write in this chat.';
const NO_PICTURE = 'Telegram cannot read this picture.';
/** Where Telegram does not say how long: it counts by the minute at most. */
const LIMIT_WAIT_MS = 30_000;
const MOVED = 'The group goes on under another id; Telegram did not take the message.';

/**
 * Telegram has no finer codes: `description` is stable enough to match by substring, in lower case. First match wins.
 * https://core.telegram.org/api/errors
 */
const RULES: readonly Rule[] = [
  [401, '', 'reauthorize', REVOKED],
  [404, '', 'reauthorize', REVOKED],
  [400, 'logged out', 'reauthorize', 'The bot is logged out of this Bot API server. Connect the channel again.'],
  [403, 'blocked by the user', 'blocked', 'The person has blocked the bot.'],
  [403, 'user is deactivated', 'blocked', 'The person’s Telegram account no longer exists.'],
  [403, "can't initiate conversation", 'permanent', 'The person has not started the bot yet; only they can begin.'],
  [403, "can't send messages to bots", 'permanent', 'This is a bot; bots cannot write to each other.'],
  [403, '', 'permanent', 'Telegram does not let the bot write to this chat.'],
  [400, 'chat not found', 'permanent', 'Telegram does not know this chat: the person never started this bot.'],
  [400, 'upgraded to a supergroup', 'permanent', MOVED],
  [400, 'peer_id_invalid', 'permanent', 'Telegram does not know this person.'],
  [400, 'user_id_invalid', 'permanent', 'Telegram does not know this person.'],
  [400, 'not enough rights', 'permanent', NOT_HERE],
  [400, 'chat_write_forbidden', 'permanent', NOT_HERE],
  [400, 'chat_restricted', 'permanent', NOT_HERE],
  [400, 'voice_messages_forbidden', 'permanent', 'The person takes no voice messages.'],
  [400, 'message is too long', 'permanent', 'The text is longer than Telegram allows.'],
  [400, 'caption is too long', 'permanent', 'The text under the file is longer than Telegram allows.'],
  [400, 'text is empty', 'permanent', 'The message has no text.'],
  [400, "can't parse entities", 'permanent', 'Telegram cannot read the text’s formatting.'],
  [400, 'button_data_invalid', 'permanent', 'What a button gives back is longer than Telegram allows.'],
  [400, 'button_url_invalid', 'permanent', 'Telegram does not take the address of a button.'],
  [400, 'reply markup is too long', 'permanent', 'There are more buttons than Telegram allows.'],
  [400, 'to be replied not found', 'permanent', 'The message to answer is no longer there.'],
  [400, 'to edit not found', 'permanent', 'The message to change is no longer there.'],
  [400, "can't be edited", 'permanent', 'Telegram does not let this message be changed any more.'],
  [400, "can't be deleted", 'permanent', 'Telegram does not let this message be deleted any more.'],
  [400, 'reaction_invalid', 'permanent', 'Telegram does not have this reaction.'],
  [400, 'message to react not found', 'permanent', 'The message to react to is no longer there.'],
  [400, 'wrong file identifier', 'permanent', 'Telegram does not take this file.'],
  [400, 'wrong type of the web page content', 'permanent', 'Telegram does not take this file.'],
  [400, 'file must be non-empty', 'permanent', 'The file is empty.'],
  [400, 'file is too big', 'permanent', 'The file is larger than Telegram allows.'],
  [400, 'image_process_failed', 'permanent', NO_PICTURE],
  [400, 'photo_invalid_dimensions', 'permanent', 'The picture is too large or too narrow for Telegram.'],
  [400, 'failed to get http url content', 'retryAfter', 'Telegram could not fetch the file at the moment.'],
  [400, 'temporarily unavailable', 'retryAfter', 'The file is not available at Telegram at the moment.'],
  [409, '', 'retryAfter', 'Another program is using this bot at the same time.'],
  [413, '', 'permanent', 'The message is larger than Telegram allows.'],
  [429, '', 'retryAfter', 'Telegram asks to send more slowly.'],
];

/** Refusals of what is so already: nothing is left to do. */
const DONE_ALREADY = /message is not modified|message to delete not found|query is too old/i;

export function isDoneAlready(answer: BotAnswer): boolean {
  return answer.kind === 'error' && answer.code === 400 && DONE_ALREADY.test(answer.description);
}

/**
 * What a refused or unreadable answer means. Whether a 429 is the bot's or the chat's, Telegram does not tell: it is the
 * chat's, and where it was the bot's, every chat hears it for itself.
 */
export function verdictOf(answer: Refused): Rejected | Unknown {
  if (answer.kind === 'unreadable') return unreadable(answer.status);
  const { code, retryAfterMs } = answer;
  const description = answer.description.toLowerCase();
  const rule = RULES.find(([ruleCode, contains]) => ruleCode === code && description.includes(contains));
  if (rule) return rejected(rule[2], code, rule[3], code === 429 ? (retryAfterMs ?? LIMIT_WAIT_MS) : retryAfterMs);
  if (code >= 500)
    return rejected('retryAfter', code, 'Telegram has a problem of its own at the moment.', retryAfterMs);
  return rejected('permanent', code, `Telegram refused the message (error ${code}).`);
}

/** Not the Bot API's answer: a proxy's 4xx never reached it, of anything else nobody can tell. */
function unreadable(status: number): Rejected | Unknown {
  if (status === 429) return rejected('retryAfter', status, 'Telegram asks to send more slowly.', LIMIT_WAIT_MS);
  if (status >= 300 && status < 500 && status !== 408) {
    return rejected('permanent', status, `Something between this server and Telegram refused the message (${status}).`);
  }
  return { kind: 'unknown', sentence: `Telegram gave no readable answer (${status}); the message may have arrived.` };
}

function rejected(type: RejectionClass, code: number, sentence: string, retryAfterMs?: number): Rejected {
  return {
    kind: 'rejected',
    class: type,
    code: String(code),
    sentence,
    ...(type === 'retryAfter' && retryAfterMs !== undefined && { retryAfterMs }),
  };
}
