import type { MessageContent } from '#messenger-kit';
import { personKey } from '../change/waiting-changes.repository.js';
import { previewOf } from '../message/preview.js';

/** Somebody who writes on a channel, as the messenger knows them. */
export interface Writer {
  readonly channelId: string;
  readonly messenger: string;
  readonly scope: string;
  readonly externalId: string;
}

/** An event on its way into the ledger. */
export interface EventEntry {
  readonly channelId: string;
  readonly key: string;
  readonly outcome: 'stored' | 'ignored' | 'refused' | 'quarantined';
  readonly reason: string | null;
  readonly rawId: string | null;
  readonly receivedAt: Date;
  /** Whether the caller must hear that the event is new, because there is more to do for it. */
  readonly wanted: boolean;
}

/** What an event says, where it is a message to store. */
export interface Said {
  readonly id: string;
  readonly writer: Writer;
  readonly externalId: string;
  readonly sentAt: Date;
  readonly content: MessageContent;
}

/** What happened to a channel's events, in the order of the ledger's sums. */
const SUMS = ['received', 'stored', 'duplicate', 'ignored', 'refused', 'quarantined'] as const;

/**
 * Events of one batch as the columns that the server function `receive_events` takes. An event that comes twice counts
 * twice and is entered once.
 */
export class Batch {
  /** How many distinct events there are. */
  size = 0;
  /** How many of them the caller wants to hear of. */
  wanted = 0;
  private readonly places = new Map<string, number>();
  private readonly events = columns(8);
  private readonly writers = new Writers();
  private readonly messages = columns(9);
  private readonly sums = new Map<string, Record<(typeof SUMS)[number], number>>();

  /** Returns whether the event is the first of its key in this batch: the others are its duplicates. */
  add(entry: EventEntry, said: () => Said | undefined): boolean {
    const name = entry.channelId + entry.key;
    const known = this.places.get(name);
    this.count(entry.channelId, known === undefined ? entry.outcome : 'duplicate');
    if (known !== undefined) {
      (this.events[6] as number[])[known - 1]! += 1;
      return false;
    }
    this.places.set(name, ++this.size);
    if (entry.wanted) this.wanted += 1;
    const { channelId, key, outcome, reason, rawId, receivedAt, wanted } = entry;
    push(this.events, channelId, key, outcome, reason, rawId, receivedAt.toISOString(), 1, wanted ? 't' : 'f');
    const message = said();
    if (message) this.addMessage(message);
    return true;
  }

  values(): unknown[] {
    const sums = [...this.sums.entries()];
    return [
      ...this.events,
      ...this.writers.values(),
      ...this.messages,
      sums.map(([channelId]) => channelId),
      ...SUMS.map((name) => sums.map(([, sum]) => sum[name])),
    ];
  }

  private addMessage({ id, writer, externalId, sentAt, content }: Said): void {
    const { text, ...rest } = content;
    const more = Object.keys(rest).length > 0 ? JSON.stringify(rest) : null;
    const sent = sentAt.toISOString();
    const preview = previewOf(content);
    const [place, nth] = this.writers.add(writer, sent, preview);
    push(this.messages, this.size, place, nth, id, externalId, text ?? null, more, sent, preview);
  }

  private count(channelId: string, what: EventEntry['outcome'] | 'duplicate'): void {
    let sum = this.sums.get(channelId);
    if (!sum) {
      sum = { received: 0, stored: 0, duplicate: 0, ignored: 0, refused: 0, quarantined: 0 };
      this.sums.set(channelId, sum);
    }
    sum.received += 1;
    sum[what] += 1;
  }
}

/** Who wrote in a batch, with what their messages add up to: their number, and the newest by the messenger's clock. */
class Writers {
  private readonly places = new Map<string, number>();
  private readonly names = columns(5);
  private readonly counts: number[] = [];
  private readonly newest: string[] = [];
  private readonly previews: string[] = [];

  /** The writer's place, counted from 1, and which of their messages this is. */
  add(writer: Writer, sent: string, preview: string): [place: number, nth: number] {
    const { channelId, messenger, scope, externalId } = writer;
    const name = `${channelId}${scope}\0${externalId}`;
    let place = this.places.get(name);
    if (place === undefined) {
      push(this.names, channelId, messenger, scope, externalId, personKey(writer));
      place = this.counts.push(0);
      this.places.set(name, place);
    }
    const index = place - 1;
    if (sent >= (this.newest[index] ?? '')) {
      this.newest[index] = sent;
      this.previews[index] = preview;
    }
    return [place, ++this.counts[index]!];
  }

  values(): unknown[] {
    return [...this.names, this.counts, this.newest, this.previews];
  }
}

type Value = string | number | null;

function columns(count: number): Value[][] {
  return Array.from({ length: count }, () => []);
}

function push(columnsOfARow: Value[][], ...row: readonly Value[]): void {
  for (let index = 0; index < row.length; index++) columnsOfARow[index]!.push(row[index]!);
}
