import { arrayOf, at, idOf, objectOf, textOf } from '#messenger-kit';
import type { Choice, MessageContent, OfferedChoice, Referral, Unsupported } from '#messenger-kit';
import { midOf } from './item.js';
import type { Show, Shown } from './shown.js';
import { offered } from './template.js';

/** What a `message` of a messaging event says, of a person or of the account. */
export function messageContent(message: unknown, show: Show): MessageContent {
  return wordsAlone(message) ?? wholeContent(message, show);
}

/** Most messages are words and nothing else: they are known by having nothing else. */
function wordsAlone(message: unknown): MessageContent | undefined {
  const wire = objectOf(message);
  for (const key in wire) if (key !== 'mid' && key !== 'text') return undefined;
  const text = textOf(at(wire, 'text'));
  return text === undefined ? undefined : { text };
}

function wholeContent(message: unknown, show: Show): MessageContent {
  const payload = textOf(at(message, 'quick_reply', 'payload'));
  const own = textOf(at(message, 'text')) ?? payload;
  const shown = show(message, own);
  const said = shown.map((one) => one.text).filter((line) => line !== undefined);
  const text = own ?? (said.length > 0 ? said.join('\n') : undefined);
  const choice: Choice | undefined = payload === undefined ? undefined : { title: own ?? payload, payload };
  const choices = [...shown.flatMap((one) => one.choices ?? []), ...quickReplies(message)];
  const replyTo = midOf(at(message, 'reply_to'));
  const referral = referralOf(at(message, 'referral'));
  const unsupported = unsupportedOf(message, text, shown);
  return {
    ...(text !== undefined && { text }),
    ...(shown.length > 0 && { attachments: shown.map((one) => one.attachment) }),
    ...(replyTo !== undefined && { replyTo }),
    ...(choices.length > 0 && { choices }),
    ...(choice && { choice }),
    ...(referral && { referral }),
    ...(unsupported && { unsupported }),
  };
}

/** A pressed button or menu item. The title may be missing (old ice breakers), the payload too (standby). */
export function postbackContent(postback: unknown): MessageContent {
  const payload = textOf(at(postback, 'payload'));
  const title = textOf(at(postback, 'title')) ?? payload;
  const referral = referralOf(at(postback, 'referral'));
  return {
    ...(title === undefined
      ? { unsupported: { kind: 'postback' } }
      : { text: title, choice: { title, ...(payload !== undefined && { payload }) } }),
    ...(referral && { referral }),
  };
}

/** Where somebody came from. A product and an advertisement without a `ref` are known by their ids. */
export function referralOf(wire: unknown): Referral | undefined {
  const product = idOf(at(wire, 'product', 'id'));
  const ref = textOf(at(wire, 'ref')) ?? product ?? idOf(at(wire, 'ad_id'));
  const source = textOf(at(wire, 'source')) ?? (product === undefined ? undefined : 'PRODUCT');
  if (ref === undefined && source === undefined) return undefined;
  return { ...(ref !== undefined && { ref }), ...(source !== undefined && { source }) };
}

function quickReplies(message: unknown): OfferedChoice[] {
  return arrayOf(at(message, 'quick_replies')).flatMap(offered);
}

/** Meta's word for what cannot be shown. */
function unsupportedOf(message: unknown, text: string | undefined, shown: readonly Shown[]): Unsupported | undefined {
  if (at(message, 'is_unsupported') === true) return { kind: 'unsupported' };
  const kind = shown.find((one) => one.hidden !== undefined)?.hidden;
  if (kind !== undefined) return { kind };
  return text === undefined && shown.length === 0 ? { kind: 'message' } : undefined;
}
