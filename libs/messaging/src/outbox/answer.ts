import { Problem } from '#api-kit';
import {
  cleanText,
  type MessageContent,
  type OfferedChoice,
  type OutcomeMessageWorker,
  type SendPolicy,
} from '#messenger-kit';
import { refusedMember } from './refused-member.js';

/** What somebody of ours says: a text, files, or both. */
export interface Answer {
  readonly text?: string;
  /** Id of the message in the same chat that is quoted. */
  readonly replyTo?: string;
  /** Ids of uploads, each used once. */
  readonly attachments?: readonly string[];
  /** Offered with the message. */
  readonly choices?: readonly OfferedChoice[];
  /** The version of the caller's draft that it was made of. */
  readonly draftVersion?: string;
}

/** Problem 422 where nothing is said. */
export function refuseSilence({ text, attachments = [] }: Answer): void {
  if (text?.trim() || attachments.length > 0) return;
  throw Problem.invalid('Write something, or attach a file.', [{ pointer: '#/text', detail: 'is empty' }]);
}

/** The words of an answer as every client can hold them. */
export function wordsOf({ text, choices = [] }: Answer): MessageContent {
  return {
    ...(text?.trim() ? { text: cleanText(text) } : {}),
    ...(choices.length > 0 ? { choices: choices.map(cleanChoice) } : {}),
  };
}

function cleanChoice({ title, payload, url }: OfferedChoice): OfferedChoice {
  return {
    title: cleanText(title).trim(),
    ...(payload === undefined ? {} : { payload: cleanText(payload) }),
    ...(url === undefined ? {} : { url }),
  };
}

/** What of a content needs which power, and where it stands in the request. */
function needsOf({ text, attachments = [], choices = [], replyTo }: MessageContent): Need[] {
  const needs: Need[] = attachments.map(({ type }, index) => ({ power: type, pointer: `#/attachments/${index}` }));
  if (text !== undefined) needs.push({ power: 'text', pointer: '#/text' });
  if (choices.length > 0) needs.push({ power: 'choices', pointer: '#/choices' });
  if (replyTo !== undefined) needs.push({ power: 'reply', pointer: '#/replyTo' });
  return needs;
}

interface Need {
  readonly power: string;
  readonly pointer: string;
}

/**
 * The messages that the content becomes, one for every call the network needs. Problem 422 for what the messenger cannot
 * carry, or not now, and for what it would not take: too long, too large, too many.
 */
export function partsOf(outcome: OutcomeMessageWorker, policy: SendPolicy, content: MessageContent): MessageContent[] {
  const can: readonly string[] = policy.kinds;
  const unable = needsOf(content).filter(({ power }) => !can.includes(power));
  if (unable.length > 0) {
    const pointers = unable.map(({ power, pointer }) => ({ pointer, detail: `needs ${power}` }));
    const what = [...new Set(unable.map(({ power }) => NAMES[power] ?? power))].join(', ');
    throw new Problem(422, 'not_supported', `This chat’s messenger cannot carry this now: ${what}.`, {}, pointers);
  }
  const parts = outcome.expand(content);
  for (const part of parts) {
    const refusal = outcome.refusal(part);
    if (!refusal) continue;
    const { code: reason, sentence: detail } = refusal;
    const pointer = refusedMember(outcome, part, refusal, content);
    throw new Problem(422, 'not_sendable', detail, { reason }, [{ pointer, detail }]);
  }
  return parts;
}

const NAMES: Partial<Record<string, string>> = {
  text: 'text',
  image: 'images',
  video: 'videos',
  audio: 'audio',
  file: 'files',
  choices: 'choices',
  reply: 'replies to a message',
};
