import type { ConversationKey, Conversations } from '../conversations.js';
import type { Fields } from '../http/fields.js';
import { invalidParameter } from './graph-error.js';

const TYPING_MS = 20_000;
const ACTIONS = ['typing_on', 'typing_off', 'mark_seen', 'react', 'unreact'];

/** A `sender_action`: no message, shown on the phone all the same. */
export function actOn(conversations: Conversations, key: ConversationKey, action: string, fields: Fields): void {
  if (!ACTIONS.includes(action)) throw invalidParameter('Param sender_action must be one of the known actions');
  if (fields.has('message')) throw invalidParameter('Cannot combine sender_action and message');
  if (action === 'react' || action === 'unreact') return react(conversations, key, action, fields);
  const now = Date.now();
  if (action === 'mark_seen') conversations.changePhone(key, { seenAt: now });
  else conversations.changePhone(key, { typingUntil: action === 'typing_on' ? now + TYPING_MS : undefined });
}

function react(conversations: Conversations, key: ConversationKey, action: 'react' | 'unreact', fields: Fields): void {
  const payload = fields.object('payload');
  const mid = payload?.text('message_id');
  const reaction = payload?.text('reaction');
  if (!mid) throw invalidParameter('The parameter payload[message_id] is required');
  if (action === 'react' && !reaction) throw invalidParameter('The parameter payload[reaction] is required');
  const bubble = conversations.find(key, mid);
  if (!bubble) throw invalidParameter('Invalid message ID');
  const business = action === 'react' ? reaction : undefined;
  conversations.change(bubble, { reactions: { ...bubble.reactions, business } });
}
