import type { MessengerRegistry, SendPolicy } from '#messenger-kit';
import type { ChatDto } from './chat.dto.js';
import type { ChatRow } from './chat.repository.js';

export function viewOf(chat: ChatRow, messengers: MessengerRegistry, now: Date): ChatDto {
  return {
    id: chat.id,
    status: chat.status,
    channel: { id: chat.channel_id, name: chat.channel_name, messenger: chat.messenger },
    queue: { id: chat.queue_id, name: chat.queue_name },
    contact: { id: chat.contact_id, name: chat.contact_name, identityId: chat.identity_id },
    agent: chat.agent_id === null ? null : { id: chat.agent_id, name: chat.agent_name ?? '' },
    unreadCount: chat.unread,
    lastSeq: chat.last_seq,
    lastMessage: lastMessageOf(chat),
    sendPolicy: policyOf(chat, messengers, now),
    previousChatId: chat.previous_chat_id,
    openedAt: chat.opened_at,
    waitingSince: chat.waiting_since,
    offer: offerOf(chat),
    acceptedAt: chat.accepted_at,
    closedAt: chat.closed_at,
    closedBy: chat.closed_by,
    closeReason: chat.close_reason,
    firstAcceptedAt: chat.first_accepted_at,
    firstHumanReplyAt: chat.first_human_reply_at,
    inboundCount: chat.inbound_count,
    outboundCount: chat.outbound_count,
  };
}

function offerOf({ offered_to: agentId, offered_until: until }: ChatRow): ChatDto['offer'] {
  return agentId === null || until === null ? null : { agentId, until };
}

function lastMessageOf(chat: ChatRow): ChatDto['lastMessage'] {
  const { last_message_preview: preview, last_message_direction: direction, last_message_at: at } = chat;
  return preview === null || direction === null || at === null ? null : { preview, direction, at };
}

/** The chat's own state first, then what the messenger allows. */
function policyOf(chat: ChatRow, messengers: MessengerRegistry, now: Date): ChatDto['sendPolicy'] {
  if (chat.status === 'closed') return refused('This chat is closed.');
  if (chat.status === 'waiting') return refused('Accept the chat before answering.');
  if (chat.blocked) return refused(BLOCKED_REASON);
  const messenger = messengers.get(chat.messenger);
  if (!messenger) return refused('This server does not speak the chat’s messenger.');
  const policy: SendPolicy = messenger.outcome.policy({
    lastInboundAt: chat.last_inbound_at ?? undefined,
    now,
    human: true,
  });
  return { ...policy, kinds: [...policy.kinds] };
}

export const BLOCKED_REASON = 'The contact blocked this account.';

function refused(reason: string): ChatDto['sendPolicy'] {
  return { allowed: false, until: null, reason, kinds: [], tag: null };
}
