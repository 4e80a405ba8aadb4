import type { AttachmentFile } from '#attachments';
import type { OfferedChoice } from '#messenger-kit';
import { reactionsOf } from '../change/message-state.js';
import type { VisibleChat } from '../chat/chat-access.repository.js';
import { attachmentOf } from './attachment-view.js';
import type { ConversationChat } from './conversation-chats.repository.js';
import type { ConversationMessageDto, MessageDto, OfferedChoiceDto } from './message.dto.js';
import type { MessageRow } from './message.repository.js';

export type Files = ReadonlyMap<string, AttachmentFile>;

/** The stored message as a unified message. */
export function unifiedMessageOf(message: MessageRow, chat: VisibleChat, files: Files): MessageDto {
  const content = message.content ?? {};
  const { attachments = [], replyTo, quote, choices = [], choice, referral, unsupported } = content;
  return {
    id: message.id,
    externalId: message.external_id,
    messenger: chat.messenger,
    channelId: message.channel_id,
    chatId: chat.id,
    seq: message.seq,
    direction: message.direction,
    note: message.direction === 'system' && message.author_kind !== 'system',
    author: { kind: message.author_kind, id: isContact(message) ? chat.contactId : message.author_id },
    sentAt: message.sent_at,
    receivedAt: message.received_at,
    text: message.text,
    attachments: attachments.map((one) => attachmentOf(one, files.get(one.id ?? ''))),
    replyTo: replyTo ?? null,
    quote: quote ?? null,
    choices: choices.map(offered),
    choice: choice ? { title: choice.title, payload: choice.payload ?? null } : null,
    referral: referral ? { ref: referral.ref ?? null, source: referral.source ?? null } : null,
    unsupported: unsupported ? { kind: unsupported.kind } : null,
    status: message.status,
    failure: message.failure && { code: message.failure.code, sentence: message.failure.sentence },
    reactions: reactionsOf(content),
    editedAt: message.edited_at,
    deletedAt: message.deleted_at,
  };
}

/** A message of a conversation, and its chat. */
export interface Line {
  readonly message: MessageRow;
  readonly chat: ConversationChat;
}

export function conversationMessageOf({ message, chat }: Line, files: Files): ConversationMessageDto {
  const unified = unifiedMessageOf(message, chat, files);
  const name = isContact(message) ? chat.contactName : message.author_name;
  const { id, status, channelName, openedAt, closedAt } = chat;
  return Object.assign(unified, {
    author: { kind: unified.author.kind, id: unified.author.id, name },
    chat: { id, status, channelName, openedAt, closedAt },
  });
}

const byNumbersWithin = new Intl.Collator('en', { numeric: true });

/** The order people read in: the messenger's time, ties by its id (9 before 10), those without one last. */
export function byTime(a: MessageRow, b: MessageRow): number {
  return (
    a.sent_at.getTime() - b.sent_at.getTime() ||
    Number(a.external_id === null) - Number(b.external_id === null) ||
    byNumbersWithin.compare(a.external_id ?? '', b.external_id ?? '') ||
    a.seq - b.seq
  );
}

function isContact(message: MessageRow): boolean {
  return message.author_kind === 'contact';
}

function offered({ title, payload, url }: OfferedChoice): OfferedChoiceDto {
  return { title, payload: payload ?? null, url: url ?? null };
}
