import type { Audience, EventType } from '../event-map.js';
import type { StoredEvent } from './stored-event.js';

/** The messages of a batch in one row of the log, as arrays (decision 0023). */
export interface Bundle {
  readonly txid: string;
  /** Of the first; the others have those from it on. */
  readonly id: string;
  readonly type: EventType;
  readonly at: Date;
  readonly chatIds: readonly string[];
  readonly seqs: readonly number[];
  readonly ownerIds: readonly string[];
  readonly ownedByAgents: readonly boolean[];
  readonly messageIds: readonly string[];
  readonly previews: readonly string[];
  readonly ordinals: readonly number[];
}

/** What `logged_events` makes of a bundle. */
export function eventsOf(row: Bundle, audiences: Audiences): StoredEvent[] {
  const { type, at, messageIds, chatIds, seqs, ownerIds, ownedByAgents, previews, ordinals } = row;
  const txid = BigInt(row.txid);
  const first = BigInt(row.id);
  return messageIds.map((messageId, place) => ({
    position: { txid, id: first + BigInt(place) },
    type,
    at,
    chatId: chatIds[place]!,
    seq: seqs[place]!,
    audience: audiences.of(ownerIds[place]!, ownedByAgents[place]!),
    data: { messageId, preview: previews[place]!, inboundCount: ordinals[place]! },
  }));
}

/** One audience for each owner of chats. */
export class Audiences {
  private readonly byOwner = new Map<string, Audience>();

  of(ownerId: string, isAgent: boolean): Audience {
    let audience = this.byOwner.get(ownerId);
    if (!audience) {
      audience = isAgent ? { agents: [ownerId] } : { queues: [ownerId] };
      this.byOwner.set(ownerId, audience);
    }
    return audience;
  }
}
