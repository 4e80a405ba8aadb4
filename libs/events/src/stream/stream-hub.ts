import { Injectable } from '@nestjs/common';
import { Problem } from '#api-kit';
import type { EphemeralEvent } from '../ephemeral-events.js';
import type { Audience } from '../event-map.js';
import { EventsOptions } from '../events-options.js';
import { isAfter } from '../reading/position.js';
import type { Viewer } from '../reading/viewer.js';
import type { EventStream } from './event-stream.js';
import { LogTail, type TailReader } from './log-tail.js';
import { momentText, placeText, readyText, resyncText, type News } from './news.js';
import { RecentNews } from './recent-news.js';
import { Roster } from './roster.js';

/** Carries the tail of the log to the streams of this node. */
@Injectable()
export class StreamHub implements TailReader {
  private readonly roster = new Roster();
  /** Those who catch up still, too. */
  private readonly readers = new Set<EventStream>();
  /** How many each user or API key has of those. */
  private readonly held = new Map<string, number>();
  private recent: RecentNews | undefined;
  private starting: Promise<void> | undefined;

  constructor(
    private readonly tail: LogTail,
    private readonly options: EventsOptions,
  ) {}

  get streams(): ReadonlySet<EventStream> {
    return this.readers;
  }

  /**
   * The tail is read while there is anybody to read it to. Who hung up before they were here never leaves. Problem 429
   * `too_many_streams` for who holds as many as one may: what they have goes on.
   */
  async admit(stream: EventStream): Promise<void> {
    if (!stream.isOpen) return;
    this.hold(stream.caller.id, 1);
    this.readers.add(stream);
    stream.onClose(() => this.leave(stream));
    if (this.recent) return;
    this.starting ??= this.wakeTail().finally(() => (this.starting = undefined));
    await this.starting;
  }

  /** News behind this place, or undefined where not all of them are in memory. */
  newsAfter(stream: EventStream): readonly News[] | undefined {
    return this.recent?.after(stream.position);
  }

  /** Whether the stream is where no event of this log can be yet, as far as this node has read. */
  isAhead(stream: EventStream): boolean {
    return isAfter(stream.position, this.tail.position);
  }

  get epoch(): string {
    return this.tail.epoch;
  }

  /** From now on the stream gets what is new. */
  attach(stream: EventStream): void {
    if (!stream.isOpen) return;
    this.roster.add(stream);
    stream.flush();
  }

  /** The stream goes on from the present: without a word about before when it has none, else told to start afresh. */
  attachAtPresent(stream: EventStream, isNew: boolean): void {
    stream.position = this.tail.position;
    stream.say((isNew ? readyText : resyncText)(this.tail.epoch, this.tail.position));
    this.attach(stream);
  }

  news(news: readonly News[]): void {
    this.recent?.add(news);
    const told = new Set<EventStream>();
    const hearers = new Map<Audience, ReadonlySet<EventStream>>();
    for (const one of news) {
      let those = hearers.get(one.audience);
      if (!those) hearers.set(one.audience, (those = this.roster.hearersOf(one.audience)));
      for (const stream of those) {
        stream.tell(one);
        told.add(stream);
      }
    }
    for (const stream of told) stream.flush();
  }

  lost(): void {
    this.recent = new RecentNews(this.tail.position);
    for (const stream of this.roster.streams) this.resync(stream);
  }

  moment({ type, at, chatId, audience, data }: EphemeralEvent): void {
    const text = momentText(type, { type, at, chatId, data });
    for (const stream of this.roster.hearersOf(audience)) {
      stream.say(text);
      stream.flush();
    }
  }

  /** Who a reader is today. Whoever hears more or less than before is told to start afresh. */
  retune(stream: EventStream, viewer: Viewer): void {
    if (this.roster.retune(stream, viewer)) this.resync(stream);
  }

  /** Also tells readers where the log is by now: for long nothing may have been for them. */
  beat(): void {
    const text = this.recent ? placeText(this.tail.epoch, this.tail.position) : '';
    for (const stream of this.roster.streams) {
      stream.say(text);
      stream.flush();
    }
  }

  endAll(): void {
    for (const stream of this.readers) stream.end();
  }

  private resync(stream: EventStream): void {
    stream.position = this.tail.position;
    stream.say(resyncText(this.tail.epoch, this.tail.position));
    stream.flush();
  }

  private async wakeTail(): Promise<void> {
    await this.tail.start(this);
    this.recent = new RecentNews(this.tail.position);
  }

  private leave(stream: EventStream): void {
    this.roster.remove(stream);
    this.readers.delete(stream);
    this.hold(stream.caller.id, -1);
    if (this.readers.size > 0) return;
    this.tail.stop();
    this.recent = undefined;
  }

  private hold(callerId: string, more: 1 | -1): void {
    const held = (this.held.get(callerId) ?? 0) + more;
    if (held > this.options.mostStreams) {
      const detail = `You have ${this.options.mostStreams} streams open already. Close those that nobody reads.`;
      throw new Problem(429, 'too_many_streams', detail);
    }
    if (held === 0) this.held.delete(callerId);
    else this.held.set(callerId, held);
  }
}
