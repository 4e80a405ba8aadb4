import { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { Database, KeyRing } from '#database';
import { EventLog } from '#events';
import { GuardedHttp, NotAskedError, OutcomeUnknownError } from '#messenger-kit';
import { DeliveryRepository, type Attempt, type ClaimedDelivery, type DisabledReason } from './delivery.repository.js';
import { placeOfSecret } from './endpoints.js';
import { pauseAfter, retryAfterMs } from './ladder.js';
import { signed } from './signing.js';

const TIMEOUT_MS = 15_000;
/** Longer than any attempt takes, and no longer: for so long a dead node's attempts keep others waiting. */
const LEASE_MS = 20_000;
/** One that is slow has no more places than these, and takes nobody else's. */
const PER_ENDPOINT = 8;
const GIVE_UP_MS = 3 * 86_400_000;

/** Carries deliveries to their endpoints. */
@Injectable()
export class Courier {
  private readonly underWay = new Map<string, Set<Promise<void>>>();

  constructor(
    private readonly database: Database,
    private readonly deliveries: DeliveryRepository,
    private readonly http: GuardedHttp,
    private readonly keyRing: KeyRing,
    private readonly events: EventLog,
  ) {}

  /** Begins what is due; `onRoom` is called whenever an attempt is over. */
  async deliver(onRoom: () => void): Promise<void> {
    const busy = [...this.underWay].filter(([, attempts]) => attempts.size > 0).map(([endpointId]) => endpointId);
    for (const delivery of await this.deliveries.claim(PER_ENDPOINT, LEASE_MS, busy)) {
      const attempts = this.underWay.get(delivery.endpointId) ?? new Set();
      this.underWay.set(delivery.endpointId, attempts);
      // What could not be settled is attempted again when its lease is over.
      const attempt = this.attempt(delivery)
        .catch(() => undefined)
        .finally(() => {
          attempts.delete(attempt);
          if (attempts.size > 0) return;
          this.underWay.delete(delivery.endpointId);
          onRoom();
        });
      attempts.add(attempt);
    }
  }

  async finish(): Promise<void> {
    await Promise.all([...this.underWay.values()].flatMap((attempts) => [...attempts]));
  }

  private async attempt(delivery: ClaimedDelivery): Promise<void> {
    const attempt = await this.send(delivery);
    await this.database.transaction(async (tx) => {
      if (!(await this.deliveries.settle(tx, delivery.id, delivery.attempts, attempt))) return;
      const failingSince = await this.deliveries.noteHealth(tx, delivery.endpointId, attempt.delivered);
      const isFailing = failingSince !== undefined && Date.now() - failingSince.getTime() > GIVE_UP_MS;
      const reason: DisabledReason | undefined = attempt.status === 410 ? 'gone' : isFailing ? 'failing' : undefined;
      const url = reason && (await this.deliveries.disable(tx, delivery.endpointId, reason));
      if (!reason || url === undefined) return;
      const data = { endpointId: delivery.endpointId, url, reason };
      await this.events.record(tx, [
        { type: 'webhook.disabled', at: new Date(), audience: { roles: ['admin'] }, data },
      ]);
    });
  }

  private async send({ endpointId, eventId, body, url, attempts, ...secrets }: ClaimedDelivery): Promise<Attempt> {
    const keys = [secrets.secret, secrets.previousSecret]
      .filter((sealed) => sealed !== null)
      .map((sealed) => this.keyRing.decryptText(sealed, placeOfSecret(endpointId)));
    const bytes = Buffer.from(body);
    try {
      const { status, headers } = await this.http.request({
        method: 'POST',
        url,
        headers: { 'content-type': 'application/json', ...signed(eventId, body, keys) },
        content: { body: Readable.from([bytes]), length: bytes.length },
        timeoutMs: TIMEOUT_MS,
        headOnly: true,
      });
      if (status >= 200 && status < 300) return { status, error: null, delivered: true };
      if (status === 410) return { status, error: null, delivered: false };
      const retryInMs = pauseAfter(attempts, retryAfterMs(headers['retry-after']));
      return { status, error: null, delivered: false, retryInMs };
    } catch (error) {
      if (!(error instanceof NotAskedError || error instanceof OutcomeUnknownError)) throw error;
      return { status: null, error: error.code, delivered: false, retryInMs: pauseAfter(attempts) };
    }
  }
}
