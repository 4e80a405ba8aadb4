import type { RejectionClass, SendVerdict } from '#messenger-kit';
import type { BotAnswer } from './bot-api.js';

type Refusal = Exclude<BotAnswer, { kind: 'ok' }>;
type Rule = readonly [code: number, contains: string, rejection: RejectionClass, sentence: string];

const REVOKED = 'Telegram no longer accepts the bot’s token. Connect the channel again with a valid token.';

/**
 * Telegram has no finer codes: `description` is stable enough to match by substring. First match wins.
 * https://core.telegram.org/api/errors
 */
const RULES: readonly Rule[] = [
  [401, '', 'reauthorize', REVOKED],
  [404, '', 'reauthorize', REVOKED],
  [400, 'logged out', 'reauthorize', 'The bot is logged out of this Bot API server. Connect the channel again.'],
  [403, 'blocked by the user', 'blocked', 'The person has blocked the bot.'],
  [403, 'user is deactivated', 'blocked', 'The person’s Telegram account no longer exists.'],
  [403, "can't initiate conversation", 'blocked', 'The person has not started the bot yet; only they can begin.'],
  [403, '', 'blocked', 'Telegram does not let the bot write to this chat.'],
  [400, 'chat not found', 'permanent', 'Telegram does not know this chat: the person never started this bot.'],
  [400, 'message is too long', 'permanent', 'The text is longer than Telegram allows.'],
  [400, 'text is empty', 'permanent', 'The message has no text.'],
  [400, 'peer_id_invalid', 'permanent', 'Telegram does not know this person.'],
  [400, 'user_id_invalid', 'permanent', 'Telegram does not know this person.'],
  [400, 'not enough rights', 'permanent', 'The bot may not write in this chat.'],
  [400, 'chat_write_forbidden', 'permanent', 'The bot may not write in this chat.'],
  [400, 'chat_restricted', 'permanent', 'The bot may not write in this chat.'],
  [409, '', 'retryAfter', 'Another program is using this bot at the same time.'],
  [413, '', 'permanent', 'The message is larger than Telegram allows.'],
  [429, '', 'retryAfter', 'Telegram asks to send more slowly.'],
];

/** What a refused or unreadable answer to a send means. */
export function verdictOf(answer: Refusal): SendVerdict {
  if (answer.kind === 'unreadable') return unreadable(answer.status);
  const { code, retryAfterMs } = answer;
  const description = answer.description.toLowerCase();
  const rule = RULES.find(([ruleCode, contains]) => ruleCode === code && description.includes(contains));
  if (rule) return rejected(rule[2], code, rule[3], retryAfterMs);
  if (code >= 500)
    return rejected('retryAfter', code, 'Telegram has a problem of its own at the moment.', retryAfterMs);
  return rejected('permanent', code, `Telegram refused the message (error ${code}).`);
}

/** Not the Bot API's answer: a proxy's 4xx never reached it, of anything else nobody can tell. */
function unreadable(status: number): SendVerdict {
  if (status === 429) return rejected('retryAfter', status, 'Telegram asks to send more slowly.');
  if (status >= 300 && status < 500 && status !== 408) {
    return rejected('permanent', status, `Something between this server and Telegram refused the message (${status}).`);
  }
  return { kind: 'unknown', sentence: `Telegram gave no readable answer (${status}); the message may have arrived.` };
}

function rejected(type: RejectionClass, code: number, sentence: string, retryAfterMs?: number): SendVerdict {
  return {
    kind: 'rejected',
    class: type,
    code: String(code),
    sentence,
    ...(type === 'retryAfter' && retryAfterMs !== undefined && { retryAfterMs }),
  };
}
