import { isRecord } from '../http/fields.js';

/** What a Page's events can be subscribed by. */
export const PAGE_FIELDS: readonly string[] = [
  'messages',
  'messaging_postbacks',
  'messaging_optins',
  'messaging_optouts',
  'messaging_referrals',
  'messaging_handovers',
  'messaging_account_linking',
  'messaging_policy_enforcement',
  'message_deliveries',
  'message_reads',
  'message_echoes',
  'message_reactions',
  'message_edits',
  'message_context',
  'messaging_feedback',
  'messaging_customer_information',
  'messaging_game_plays',
  'standby',
  'response_feedback',
  'feed',
];

const FIELD_OF_KEY: Readonly<Record<string, string>> = {
  message: 'messages',
  message_edit: 'message_edits',
  postback: 'messaging_postbacks',
  reaction: 'message_reactions',
  read: 'message_reads',
  delivery: 'message_deliveries',
  referral: 'messaging_referrals',
  optin: 'messaging_optins',
  pass_thread_control: 'messaging_handovers',
  take_thread_control: 'messaging_handovers',
  request_thread_control: 'messaging_handovers',
  app_roles: 'messaging_handovers',
  account_linking: 'messaging_account_linking',
  policy_enforcement: 'messaging_policy_enforcement',
  response_feedback: 'response_feedback',
};

/** What kind an item of `messaging[]` is, and the field that must be subscribed for it. */
export function kindOf(item: Readonly<Record<string, unknown>>): { kind: string; field: string } {
  const message = item.message;
  if (isRecord(message) && 'is_echo' in message) return { kind: 'echo', field: 'message_echoes' };
  if (isRecord(message) && 'is_deleted' in message) return { kind: 'unsend', field: 'messages' };
  const kind = Object.keys(FIELD_OF_KEY).find((key) => key in item);
  return { kind: kind ?? 'unknown', field: (kind && FIELD_OF_KEY[kind]) ?? 'messages' };
}
