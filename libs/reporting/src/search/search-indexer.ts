import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '#database';
import type { EventType } from '#events';
import {
  type Extent,
  type IndexedMessage,
  type MessageKey,
  type Progress,
  SearchIndexRepository,
} from './search-index.repository.js';
import { searchableText } from './searchable-text.js';
import { vectorOf } from './words.js';

/** What tells that a message says something else than before. */
const TELLING: ReadonlySet<string> = new Set<EventType>([
  'message.received',
  'message.queued',
  'message.echoed',
  'message.edited',
  'message.deleted',
]);

/** What tells that somebody holds a chat who may not have held it before. */
const HANDING: ReadonlySet<string> = new Set<EventType>([
  'chat.started',
  'chat.accepted',
  'chat.transferred',
  'chat.taken_over',
]);

/** Few enough that finding their words keeps the event loop for a moment only. */
const EVENTS_AT_ONCE = 250;
const MESSAGES_AT_ONCE = 250;

/** `behind`: there is more to do. `done`: nothing for now, or somebody else does it. */
export type Step = 'behind' | 'done';

/**
 * Copies what messages say to where it is found, off the receiving path: by the event log, which tells of every change
 * after its commit; messages from before the log, or from a time it has not kept, one after the other, newest first.
 */
@Injectable()
export class SearchIndexer {
  constructor(
    private readonly database: Database,
    private readonly index: SearchIndexRepository,
  ) {}

  /** One batch, in a transaction of its own. Of all nodes one does it at a time; repeating changes nothing. */
  step(): Promise<Step> {
    return this.database.transaction(async (tx) => {
      if (!(await this.index.tryToWrite(tx))) return 'done';
      const progress = await this.index.progress(tx);
      if (!progress || progress.lost) {
        await this.index.begin(tx);
        return 'behind';
      }
      return (await this.followLog(tx, progress)) ?? (await this.readOlder(tx, progress));
    });
  }

  /** Undefined when there is nothing new. */
  private async followLog(tx: Tx, progress: Progress): Promise<Step | undefined> {
    const events = await this.index.events(tx, progress, EVENTS_AT_ONCE);
    const last = events.at(-1);
    if (!last) return undefined;
    const keys = new Map<string, MessageKey>();
    for (const { type, chatId, seq } of events)
      if (chatId !== null && seq !== null && TELLING.has(type)) keys.set(`${chatId} ${seq}`, { chatId, seq });
    const wanted = [...keys.values()].sort(byKey);
    if (wanted.length > 0) await this.copy(tx, wanted, await this.index.messages(tx, wanted));
    const handed = events.flatMap(({ type, chatId }) => (chatId !== null && HANDING.has(type) ? [{ chatId }] : []));
    if (handed.length > 0) await this.index.noteHolders(tx, extentsOf(handed));
    await this.index.note(tx, { txid: last.txid, eventId: last.id, olderThan: progress.olderThan });
    return events.length === EVENTS_AT_ONCE || progress.olderThan !== null ? 'behind' : 'done';
  }

  private async readOlder(tx: Tx, progress: Progress): Promise<Step> {
    const { olderThan } = progress;
    if (olderThan === null) {
      await this.index.noteNothingNew(tx);
      return 'done';
    }
    const found = await this.index.messagesBefore(tx, olderThan, MESSAGES_AT_ONCE);
    const said = found.filter(({ direction }) => direction !== 'system');
    await this.copy(tx, said, said);
    const whole = found.length < MESSAGES_AT_ONCE;
    await this.index.note(tx, { ...progress, olderThan: whole ? null : found.at(-1)!.id });
    return whole ? 'done' : 'behind';
  }

  /** What has no words, or is not there any more, is not found. */
  private async copy(tx: Tx, keys: readonly MessageKey[], messages: readonly IndexedMessage[]): Promise<void> {
    const entries = messages.flatMap((message) => {
      const words = vectorOf(searchableText(message));
      const { chatId, seq, sentAt: at } = message;
      return words === undefined ? [] : [{ chatId, seq, at, words }];
    });
    const found = new Set(entries.map(({ chatId, seq }) => `${chatId} ${seq}`));
    const silent = keys.filter(({ chatId, seq }) => !found.has(`${chatId} ${seq}`));
    if (entries.length > 0) {
      await this.index.put(tx, entries);
      await this.index.noteHolders(tx, extentsOf(entries));
    }
    if (silent.length > 0) await this.index.remove(tx, silent);
  }
}

/** Each chat once. */
function extentsOf(said: readonly { readonly chatId: string; readonly at?: Date }[]): Extent[] {
  const extents = new Map<string, Extent>();
  for (const { chatId, at } of said) {
    const { firstAt = at, lastAt = at } = extents.get(chatId) ?? {};
    const [isFirst, isLast] = [!firstAt || (at && at < firstAt), !lastAt || (at && at > lastAt)];
    extents.set(chatId, { chatId, firstAt: isFirst ? at : firstAt, lastAt: isLast ? at : lastAt });
  }
  return [...extents.values()];
}

function byKey(a: MessageKey, b: MessageKey): number {
  return a.chatId < b.chatId ? -1 : Number(a.chatId > b.chatId) || a.seq - b.seq;
}
