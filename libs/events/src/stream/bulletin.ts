import { setTimeout as pauseFor } from 'node:timers/promises';
import { Injectable, Logger, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type pg from 'pg';
import { Admission, LeanClient, newId } from '#database';
import { EPHEMERAL_CHANNEL, readMoment } from '../ephemeral-events.js';
import { EventsOptions } from '../events-options.js';
import { LogEpoch } from '../reading/log-epoch.js';
import { WakeUps } from '../wake-ups.js';
import { listen, tellOthers } from './bulletin.repository.js';
import { LogTail } from './log-tail.js';
import { StreamHub } from './stream-hub.js';

const NAME = 'parley-listen';
const AGAIN_MS = 1_000;
/** The other nodes are told at most this often. */
const TELL_MS = 25;
/** A connection that is silent for so long may be a dead one: it is asked for a sign of life. */
const SIGN_MS = 10_000;

/**
 * What the nodes tell each other: that there is something new, and moments. Over a connection of its own, after the
 * commits: a NOTIFY within one would make all commits with a NOTIFY queue up.
 */
@Injectable()
export class Bulletin implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger('Events');
  private readonly node = newId();
  private readonly ended = new AbortController();
  private readonly admission = new Admission(NAME);
  private client: pg.Client | undefined;
  private running: Promise<void> | undefined;
  private telling: Promise<void> | undefined;
  private poll: NodeJS.Timeout | undefined;

  constructor(
    private readonly options: EventsOptions,
    private readonly wakeUps: WakeUps,
    private readonly epoch: LogEpoch,
    private readonly tail: LogTail,
    private readonly hub: StreamHub,
  ) {}

  onApplicationBootstrap(): void {
    this.wakeUps.onWake(() => this.tail.look());
    this.poll = setInterval(() => this.tail.look(), this.options.pollMs).unref();
    const { listenUrl } = this.options;
    if (listenUrl === undefined) return;
    this.wakeUps.onCommit(() => this.tellSoon());
    this.running = this.keepListening(listenUrl);
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearInterval(this.poll);
    this.ended.abort();
    await this.running;
  }

  private async keepListening(url: string): Promise<void> {
    while (!this.ended.signal.aborted) {
      const client = new LeanClient({
        connectionString: url,
        application_name: NAME,
        admission: this.admission,
        keepAlive: true,
        connectionTimeoutMillis: 3_000,
        query_timeout: 5_000,
      });
      await this.listenOn(client).catch((error: unknown) => {
        if (!this.ended.signal.aborted)
          this.logger.warn(`not listening: ${error instanceof Error ? error.message : 'error'}`);
      });
      this.client = undefined;
      await client.end().catch(() => undefined);
      await pauseFor(AGAIN_MS, undefined, { signal: this.ended.signal }).catch(() => undefined);
    }
  }

  /** Until the connection is lost. It may lead to another server than before, and news may have been missed. */
  private async listenOn(client: pg.Client): Promise<void> {
    const lost = new AbortController();
    const leave = (why: Error) => lost.abort(why);
    client.on('error', leave);
    client.on('end', () => leave(new Error('the connection ended')));
    client.on('notification', ({ channel, payload = '' }) => this.hear(channel, payload));
    // Nothing of a connection that is gone may stay with what lives as long as the process.
    this.ended.signal.addEventListener('abort', () => leave(new Error('stopping')), {
      once: true,
      signal: lost.signal,
    });
    try {
      await client.connect();
      await listen(client);
      await this.epoch.check();
      this.ended.signal.throwIfAborted();
      this.client = client;
      this.tail.look();
      for (;;) {
        await pauseFor(SIGN_MS, undefined, { ref: false, signal: lost.signal });
        await listen(client);
      }
    } catch (error) {
      throw lost.signal.aborted ? lost.signal.reason : error;
    } finally {
      leave(new Error('left'));
    }
  }

  private hear(channel: string, payload: string): void {
    if (channel === EPHEMERAL_CHANNEL) {
      const moment = readMoment(payload);
      if (moment) this.hub.moment(moment);
    } else if (payload !== this.node) this.wakeUps.wakeHere();
  }

  private tellSoon(): void {
    this.telling ??= pauseFor(TELL_MS, undefined, { ref: false })
      .then(() => this.client && tellOthers(this.client, this.node))
      .catch(() => undefined)
      .finally(() => (this.telling = undefined));
  }
}
