import { newId } from '#database';
import type { MessageContent } from '#messenger-kit';
import { Batch } from '../intake/batch.js';

/** A message from outside whose writer is known; here the messenger knows people by the ids of their identities. */
export interface Arrival {
  readonly channelId: string;
  readonly identityId: string;
  readonly externalId: string;
  readonly sentAt: Date;
  readonly content: MessageContent;
}

export function batchOf(arrivals: readonly Arrival[], receivedAt: Date): Batch {
  const batch = new Batch();
  for (const { channelId, identityId, externalId, sentAt, content } of arrivals) {
    const entry = { channelId, key: `message:${externalId}`, outcome: 'stored', reason: null, rawId: null } as const;
    const writer = { channelId, messenger: 'pigeon', scope: '', externalId: identityId };
    batch.add({ ...entry, receivedAt, wanted: false }, () => ({ id: newId(), writer, externalId, sentAt, content }));
  }
  return batch;
}
