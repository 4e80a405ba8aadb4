import type { Role } from '#identity';

/** Where an open chat is now, and whence and by whom it was moved there. Nobody holds it while it waits. */
interface ChatMove {
  readonly queueId: string;
  readonly agentId: string | null;
  readonly fromQueueId: string;
  readonly fromAgentId: string | null;
  /** Null where it was a program's doing. */
  readonly byUserId: string | null;
  readonly reason: string | null;
  readonly comment: string | null;
  readonly status: 'waiting' | 'in_progress';
}

interface ChatBeginning {
  readonly channelId: string;
  readonly queueId: string;
  readonly identityId: string;
  readonly status: 'waiting';
}

interface MessageReference {
  readonly messageId: string;
}

/** A chat that waits stands before this agent no more. */
interface EndedOffer {
  readonly queueId: string;
  readonly agentId: string;
  readonly status: 'waiting';
}

interface ChannelState {
  readonly channelId: string;
  readonly messenger: string;
  readonly name: string;
  readonly queueId: string;
  readonly language: string;
  readonly active: boolean;
  readonly health: string;
  readonly healthDetail: string | null;
}

/**
 * Every event there is, with what it carries: state after the change, never deltas, never secrets. `chatId` and `seq`
 * stand on the event itself.
 */
export interface EventMap {
  'chat.opened': ChatBeginning;
  /** The contact wrote again soon after it was closed; it waits as if it were new. */
  'chat.reopened': ChatBeginning;
  'chat.accepted': { readonly queueId: string; readonly agentId: string; readonly status: 'in_progress' };
  'chat.released': ChatMove;
  'chat.transferred': ChatMove;
  'chat.taken_over': ChatMove;
  'chat.closed': {
    readonly queueId: string;
    /** Who held it; null when nobody had accepted it. */
    readonly agentId: string | null;
    /** Who closed it; null when nobody did (a timeout). */
    readonly closedBy: string | null;
    readonly reason: string;
    readonly status: 'closed';
  };
  /** A waiting chat stands before one agent until then. */
  'chat.offered': {
    readonly queueId: string;
    readonly agentId: string;
    readonly until: string;
    readonly status: 'waiting';
  };
  'chat.offer_expired': EndedOffer;
  'chat.offer_declined': EndedOffer;
  /** The agent left the queue, is not available any more, has no room for it, or the queue's rule changed. */
  'chat.offer_withdrawn': EndedOffer;
  /** The agent's position and the team's, as ordinals of inbound messages. */
  'chat.read': { readonly userId: string; readonly position: number; readonly teamPosition: number };
  /** All tags the chat carries now. */
  'chat.tagged': { readonly tags: readonly { readonly id: string; readonly name: string; readonly color: string }[] };
  'message.received': MessageReference & { readonly preview: string; readonly inboundCount: number };
  'message.queued': MessageReference & { readonly preview: string; readonly authorId: string | null };
  'message.status_changed': MessageReference & {
    readonly status: string;
    readonly failure?: { readonly code: string; readonly sentence: string };
  };
  /** The account said something elsewhere: in the messenger's own app, by another program. */
  'message.echoed': MessageReference & { readonly preview: string; readonly status: string };
  'message.edited': MessageReference & { readonly preview: string; readonly editedAt: string };
  /** Nothing of what it said is left. */
  'message.deleted': MessageReference & { readonly deletedAt: string };
  /** All reactions the message has now. */
  'message.reacted': MessageReference & {
    readonly reactions: readonly { readonly emoji: string; readonly by: string }[];
  };
  /** The content of an attachment has arrived, or will not. */
  'attachment.changed': MessageReference & {
    readonly attachmentId: string;
    readonly state: 'pending' | 'stored' | 'failed' | 'too_large';
    readonly name: string | null;
    readonly mimeType: string | null;
    readonly size: number | null;
    /** Why there is none, in a sentence for people. */
    readonly failure: string | null;
  };
  /** A system line or a note was written into the chat. */
  'message.noted': MessageReference & { readonly preview: string };
  /** An action that somebody ran in the chat is over; the line `seq` tells it to people. */
  'action.finished': {
    readonly runId: string;
    readonly actionId: string;
    readonly caption: string;
    readonly status: 'succeeded' | 'failed';
    readonly code: string | null;
    readonly sentence: string | null;
    /** What the called system said. */
    readonly text: string | null;
  };
  'agent.state_changed': { readonly userId: string; readonly state: string; readonly available: boolean };
  'channel.registered': ChannelState;
  'channel.changed': ChannelState;
  'channel.activated': ChannelState;
  'channel.deactivated': ChannelState;
  'channel.health_changed': ChannelState;
  /** A check found something else than the one before. */
  'channel.checked': ChannelState & {
    readonly state: string;
    readonly findings: readonly {
      readonly code: string;
      readonly state: string;
      readonly sentence: string;
      readonly advice: string | null;
    }[];
  };
  'channel.deleted': ChannelState;
  /** Nothing is delivered there any more: it answered that it is gone, or failed for days. */
  'webhook.disabled': { readonly endpointId: string; readonly url: string; readonly reason: 'gone' | 'failing' };
  'contact.changed': { readonly contactId: string; readonly name: string | null };
  /** `mergedId` answers for `contactId` from now on. */
  'contact.merged': { readonly contactId: string; readonly mergedId: string; readonly name: string | null };
  /** Nothing tells who it was any more. */
  'contact.erased': { readonly contactId: string };
  /** Which contact a person is; null for a guest. */
  'identity.changed': {
    readonly identityId: string;
    readonly contactId: string | null;
    readonly name: string | null;
  };
}

export type EventType = keyof EventMap;

/** Who may see an event: everyone named by any of the lists. */
export interface Audience {
  readonly agents?: readonly string[];
  readonly queues?: readonly string[];
  readonly roles?: readonly Role[];
}

interface EventOf<T extends EventType> {
  readonly type: T;
  readonly at: Date;
  readonly chatId?: string;
  readonly seq?: number;
  readonly audience: Audience;
  readonly data: EventMap[T];
}

/** A fact that happened, on its way into the log. */
export type NewEvent = { [T in EventType]: EventOf<T> }[EventType];
