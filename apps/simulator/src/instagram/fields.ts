import { isRecord } from '../http/fields.js';
import type { MessagingItem } from '../meta/page-events.js';

/** What an account's events can be subscribed by. Echoes come with `messages`. */
export const INSTAGRAM_FIELDS: ReadonlySet<string> = new Set([
  'messages',
  'message_reactions',
  'messaging_postbacks',
  'messaging_seen',
  'messaging_referral',
  'messaging_optins',
  'messaging_handover',
  'message_edit',
  'standby',
  'comments',
  'mentions',
]);

const FIELD_OF_KEY: Readonly<Record<string, string>> = {
  message: 'messages',
  message_edit: 'message_edit',
  postback: 'messaging_postbacks',
  reaction: 'message_reactions',
  read: 'messaging_seen',
  referral: 'messaging_referral',
  optin: 'messaging_optins',
  pass_thread_control: 'messaging_handover',
  take_thread_control: 'messaging_handover',
  request_thread_control: 'messaging_handover',
};

export function kindOf(item: MessagingItem): { kind: string; field: string } {
  const { message } = item;
  if (isRecord(message) && 'is_echo' in message) return { kind: 'echo', field: 'messages' };
  if (isRecord(message) && 'is_deleted' in message) return { kind: 'unsend', field: 'messages' };
  const kind = Object.keys(FIELD_OF_KEY).find((key) => key in item);
  return { kind: kind ?? 'unknown', field: (kind && FIELD_OF_KEY[kind]) ?? 'messages' };
}
