import { BinaryParameters } from '#database';
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

/** Whose chat it would be, and what it would begin with: the number of their messages, and the newest by the messenger's clock. */
export interface Opening {
  readonly channelId: string;
  readonly identityId: string;
  readonly messages: number;
  readonly sentAt: Date;
  readonly preview: string;
}

/** What happened to a channel's events, in the order of the ledger's sums. */
const SUMS = ['received', 'stored', 'duplicate', 'ignored', 'refused', 'quarantined'] as const;

/**
 * Events of one batch as the columns that the server function `receive_events` takes. An event that comes twice counts
 * twice and is entered once.
 */
export class Batch {
  /** How many of the events the caller wants to hear of. */
  wanted = 0;
  /** What is said to be in the ledger. */
  readonly known: { readonly channelId: string; readonly key: string }[] = [];
  private readonly places = new Map<string, number>();
  private readonly events: EventEntry[] = [];
  private readonly times: number[] = [];
  private readonly writers = new Writers();
  private readonly messages: Numbered[] = [];
  private readonly sums = new Map<string, Record<(typeof SUMS)[number], number>>();

  /** How many distinct events there are. */
  get size(): number {
    return this.events.length;
  }

  /** Whether nothing was added, not even to be counted. */
  get isEmpty(): boolean {
    return this.sums.size === 0;
  }

  /** Returns whether the event is the first of its key in this batch: the others are its duplicates. */
  add(entry: EventEntry, said: () => Said | undefined): boolean {
    const name = entry.channelId + entry.key;
    const known = this.places.get(name);
    this.count(entry.channelId, known === undefined ? entry.outcome : 'duplicate');
    if (known !== undefined) {
      this.times[known - 1]! += 1;
      return false;
    }
    this.places.set(name, this.events.push(entry));
    this.times.push(1);
    if (entry.wanted) this.wanted += 1;
    const message = said();
    if (message) this.addMessage(message);
    return true;
  }

  /** An event that is said to be in the ledger: only counted, unless it is not there, which refuses the whole batch. */
  addKnown(channelId: string, key: string): void {
    this.count(channelId, 'duplicate');
    this.known.push({ channelId, key });
  }

  /** What chats of its writers would begin with, one each. `identityIds`: who they are, one for each message. */
  openings(identityIds: readonly string[]): Opening[] {
    const openings: Opening[] = [];
    this.messages.forEach(({ writer }, index) => {
      openings[writer - 1] ??= { identityId: identityIds[index]!, ...this.writers.sumOf(writer - 1) };
    });
    return openings;
  }

  /** A chat was opened with this one of the openings: its messages are counted there. */
  began(opening: number): void {
    this.writers.leaveOut(opening);
  }

  /** The values of `receive_events` from its third on go to `into`, and what is said to be known, if anything. */
  writeTo(into: BinaryParameters): void {
    const { events, messages } = this;
    const previews = messages.map(({ preview, text }) => (preview === text ? null : preview));
    const sums = [...this.sums.entries()].sort(([one], [other]) => (one < other ? -1 : 1));
    into
      .uuids(column(events, 'channelId'))
      .texts(column(events, 'key'))
      .texts(unless('stored', column(events, 'outcome')))
      .texts(unless(null, column(events, 'reason')))
      .uuids(unless(null, column(events, 'rawId')))
      .instants(events.map(({ receivedAt }) => receivedAt.getTime()))
      .integers(unless(1, this.times))
      .booleans(unless(false, column(events, 'wanted')));
    this.writers.writeTo(into);
    into
      .integers(column(messages, 'event'))
      .integers(column(messages, 'writer'))
      .integers(column(messages, 'nth'))
      .uuids(column(messages, 'id'))
      .texts(column(messages, 'externalId'))
      .texts(column(messages, 'text'))
      .texts(unless(null, column(messages, 'more')))
      .instants(column(messages, 'sent'))
      .texts(unless(null, previews))
      .uuids(sums.map(([channelId]) => channelId));
    for (const name of SUMS) into.integers(sums.map(([, sum]) => sum[name]));
    if (this.known.length > 0) into.uuids(column(this.known, 'channelId')).texts(column(this.known, 'key'));
  }

  private addMessage({ id, writer, externalId, sentAt, content }: Said): void {
    const { text, ...rest } = content;
    const more = Object.keys(rest).length > 0 ? JSON.stringify(rest) : null;
    const sent = sentAt.getTime();
    const preview = previewOf(content);
    const [place, nth] = this.writers.add(writer, sent, preview);
    this.messages.push({
      event: this.size,
      writer: place,
      nth,
      id,
      externalId,
      text: text ?? null,
      more,
      sent,
      preview,
    });
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

/** A message with its place in the batch and among its writer's. Moments in milliseconds. */
interface Numbered {
  readonly event: number;
  readonly writer: number;
  readonly nth: number;
  readonly id: string;
  readonly externalId: string;
  readonly text: string | null;
  readonly more: string | null;
  readonly sent: number;
  readonly preview: string;
}

/** Who wrote in a batch, with what their messages add up to: their number, and the newest by the messenger's clock. */
class Writers {
  private readonly places = new Map<string, number>();
  private readonly all: Writer[] = [];
  private readonly counts: number[] = [];
  private readonly newest: number[] = [];
  private readonly previews: string[] = [];

  /** The writer's place, counted from 1, and which of their messages this is. */
  add(writer: Writer, sent: number, preview: string): [place: number, nth: number] {
    const { channelId, scope, externalId } = writer;
    const name = `${channelId}${scope}\0${externalId}`;
    let place = this.places.get(name);
    if (place === undefined) {
      this.all.push(writer);
      place = this.counts.push(0);
      this.places.set(name, place);
    }
    const index = place - 1;
    if (sent >= (this.newest[index] ?? -Infinity)) {
      this.newest[index] = sent;
      this.previews[index] = preview;
    }
    return [place, ++this.counts[index]!];
  }

  sumOf(index: number) {
    const { channelId } = this.all[index]!;
    const [sentAt, preview] = [new Date(this.newest[index]!), this.previews[index]!];
    return { channelId, messages: this.counts[index]!, sentAt, preview };
  }

  leaveOut(index: number): void {
    this.counts[index] = 0;
  }

  writeTo(into: BinaryParameters): void {
    into
      .uuids(column(this.all, 'channelId'))
      .texts(column(this.all, 'messenger'))
      .texts(column(this.all, 'scope'))
      .texts(column(this.all, 'externalId'))
      .texts(this.all.map(personKey))
      .integers(this.counts)
      .instants(this.newest)
      .texts(this.previews);
  }
}

function column<Row, Name extends keyof Row>(rows: readonly Row[], name: Name): Row[Name][] {
  return rows.map((row) => row[name]);
}

/** The column, or none where it is the usual value all over. */
function unless<Value>(usual: Value, values: readonly Value[]): readonly Value[] {
  return values.every((value) => value === usual) ? [] : values;
}
