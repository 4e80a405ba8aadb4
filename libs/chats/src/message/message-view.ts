import type { Attachment } from '#messenger-kit';
import type { VisibleChat } from '../chat/chat-access.repository.js';
import type { AttachmentDto, ConversationMessageDto, MessageDto } from './message.dto.js';
import type { MessageRow } from './message.repository.js';

/** The stored message as a unified message. */
export function unifiedMessageOf(message: MessageRow, chat: VisibleChat): MessageDto {
  const { attachments = [], replyTo, choice, referral, unsupported } = message.content ?? {};
  return {
    id: message.id,
    externalId: message.external_id,
    messenger: chat.messenger,
    channelId: message.channel_id,
    chatId: chat.id,
    seq: message.seq,
    direction: message.direction,
    author: { kind: message.author_kind, id: isContact(message) ? chat.contactId : message.author_id },
    sentAt: message.sent_at,
    receivedAt: message.received_at,
    text: message.text,
    attachments: attachments.map(attachmentOf),
    replyTo: replyTo ?? null,
    choice: choice ? { title: choice.title, payload: choice.payload ?? null } : null,
    referral: referral ? { ref: referral.ref ?? null, source: referral.source ?? null } : null,
    unsupported: unsupported ? { kind: unsupported.kind } : null,
    status: message.status,
    failure: message.failure && { code: message.failure.code, sentence: message.failure.sentence },
    editedAt: message.edited_at,
    deletedAt: message.deleted_at,
  };
}

export function conversationMessageOf(message: MessageRow, chat: VisibleChat): ConversationMessageDto {
  const unified = unifiedMessageOf(message, chat);
  const name = isContact(message) ? chat.contactName : message.author_name;
  return { ...unified, author: { ...unified.author, name } };
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

/** The messenger's reference never leaves the server. */
function attachmentOf({ type, name, mimeType, size }: Attachment): AttachmentDto {
  return { type, name: name ?? null, mimeType: mimeType ?? null, size: size ?? null };
}
