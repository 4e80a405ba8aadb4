import { Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Database, KeyRing, type Tx } from '#database';
import { answerOf, claimKey, forgetOldKeys, keepAnswer, type IdempotencyScope } from './idempotency.repository.js';
import { Problem } from './problem.js';

export interface IdempotentRequest {
  /** Who: `user:<id>` or `key:<id>`. */
  readonly caller: string;
  /** What: method and path, with the ids in it, e.g. `POST /v1/chats/<id>/messages`. */
  readonly route: string;
  /** The `Idempotency-Key`; without one the work just runs. */
  readonly key: string | undefined;
  /** The request body. */
  readonly request: unknown;
}

export interface Answer<Body> {
  readonly status: number;
  readonly body: Body;
  /** The body shows a secret: it is not kept, and a replay is refused with Problem 409 `already_done`. */
  readonly shownOnce?: boolean;
}

export interface OnceAnswer<Body> extends Answer<Body> {
  readonly replayed: boolean;
}

/** Kept in place of the status of an answer that is shown once. */
const ALREADY_DONE = 409;

/** Same key and body: the work happens once and every caller gets its answer, for 24 hours. */
@Injectable()
export class Idempotency {
  constructor(
    private readonly database: Database,
    private readonly keyRing: KeyRing,
  ) {}

  /**
   * Runs `work` in `tx` unless this key's answer is already known. A second caller waits for the first one's
   * transaction. Another body under the same key: Problem 422 `idempotency_key_reused`. When `work` throws, the key
   * is free again. The body is kept as JSON: give it the view that is sent.
   */
  async once<Body>(
    tx: Tx,
    { key, request, ...where }: IdempotentRequest,
    work: () => Promise<Answer<Body>>,
  ): Promise<OnceAnswer<Body>> {
    if (key === undefined) return { ...(await work()), replayed: false };
    const scope = { ...where, key };
    const hash = this.keyRing.lookupHash(canonical(request));
    if (!(await claimKey(tx, scope, hash))) return this.replay<Body>(tx, scope, hash);
    const answer = await work();
    if (answer.shownOnce) await keepAnswer(tx, scope, ALREADY_DONE, null);
    else await keepAnswer(tx, scope, answer.status, answer.body);
    return { ...answer, replayed: false };
  }

  /**
   * For answers that show a secret once: the key is remembered, the answer is not. A replay is refused with Problem 409
   * `already_done`.
   */
  async onceWithoutReplay<Body>(tx: Tx, request: IdempotentRequest, work: () => Promise<Body>): Promise<Body> {
    const answer = await this.once(tx, request, async () => ({ status: 201, body: await work(), shownOnce: true }));
    return answer.body;
  }

  /**
   * The answer this key has already, refused like a replay; undefined when it has none. For work that asks a network before
   * its transaction: `once` still decides.
   */
  async known<Body>({ key, request, ...where }: IdempotentRequest): Promise<OnceAnswer<Body> | undefined> {
    if (key === undefined) return undefined;
    const scope = { ...where, key };
    return this.database.transaction(async (tx) =>
      (await answerOf(tx, scope))
        ? this.replay<Body>(tx, scope, this.keyRing.lookupHash(canonical(request)))
        : undefined,
    );
  }

  /** Drops keys older than a day. */
  async forgetOld(): Promise<void> {
    await forgetOldKeys(this.database);
  }

  private async replay<Body>(tx: Tx, scope: IdempotencyScope, hash: Buffer): Promise<OnceAnswer<Body>> {
    const stored = await answerOf(tx, scope);
    if (!stored || stored.status === null) throw new Error('An idempotency key without an answer');
    if (!stored.requestHash.equals(hash)) {
      throw new Problem(422, 'idempotency_key_reused', 'This Idempotency-Key was used with another request body.');
    }
    if (stored.status === ALREADY_DONE) {
      throw Problem.conflict(
        'already_done',
        'This was done before, and its answer held a secret that is shown only once.',
      );
    }
    return { status: stored.status, body: stored.body as Body, replayed: true };
  }
}

/** Sends the answer of `once`: its status, `Idempotency-Replayed` on a replay, its body. */
export function answerOnce<Body>(reply: FastifyReply, answer: OnceAnswer<Body>): Body {
  void reply.status(answer.status);
  if (answer.replayed) void reply.header('Idempotency-Replayed', 'true');
  return answer.body;
}

/** JSON with sorted keys, so that the order of members does not matter. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member) ? sorted(member) : member,
  );
}

function sorted(object: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).sort(([a], [b]) => (a < b ? -1 : 1)));
}
