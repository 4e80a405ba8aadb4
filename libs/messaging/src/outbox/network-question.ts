import { Injectable, Logger } from '@nestjs/common';
import { Problem } from '#api-kit';
import type { ChatTarget } from '#chats';
import { Database } from '#database';
import {
  Deadline,
  faultOf,
  NotAskedError,
  type OutcomeMessageWorker,
  type Power,
  type RequestVerdict,
  type SendContext,
} from '#messenger-kit';
import { Channels } from '#registration';
import { MessagingOptions } from '../messaging-options.js';
import { Pacer } from './pacer.js';
import { Ways, type Way } from './way.js';

type Question = (outcome: OutcomeMessageWorker, context: SendContext) => Promise<RequestVerdict> | undefined;

/** Asks a network for something that makes no message, while the caller waits. Never within a transaction. */
@Injectable()
export class NetworkQuestion {
  private readonly logger = new Logger(NetworkQuestion.name);

  constructor(
    private readonly ways: Ways,
    private readonly pacer: Pacer,
    private readonly channels: Channels,
    private readonly database: Database,
    private readonly options: MessagingOptions,
  ) {}

  /**
   * Resolves when the network has agreed. Problem 422 `not_supported` where the messenger cannot do it at all, 409 where
   * its rules forbid it now or it refuses, 429 when it must be asked later, 502 when nobody can tell what it did.
   */
  async ask(target: ChatTarget, power: Power, human: boolean, question: Question): Promise<void> {
    const way = await this.ways.to(target);
    refuseWithout(way.outcome, power, target, human);
    if (this.pacer.waitFor(way.course, way.outcome.pace) > this.options.callTimeoutMs) throw later();
    await new Promise((resolve) => setTimeout(resolve, this.pacer.book(way.course, way.outcome.pace)));
    const verdict = await this.put(way, target, human, question);
    if (verdict === 'not asked') throw new Problem(502, 'messenger_unreachable', 'The messenger could not be reached.');
    if (verdict.kind === 'unknown') throw new Problem(502, 'no_answer', verdict.sentence);
    if (verdict.kind === 'done') return;
    if (verdict.class === 'reauthorize') {
      await this.database.transaction((tx) => this.channels.markRevoked(tx, way.account, verdict.sentence));
    }
    if (verdict.class === 'retryAfter') throw later(verdict.retryAfterMs);
    throw Problem.conflict('messenger_refused', verdict.sentence, { messengerCode: verdict.code });
  }

  /** For what is worth nothing later: asked if the network may be asked at this moment, whatever it says. Never throws. */
  async mention(target: ChatTarget, power: Power, question: Question): Promise<void> {
    try {
      const way = await this.ways.to(target);
      if (!way.outcome.powers.includes(power)) return;
      if (this.pacer.tryNow(way.course, way.outcome.pace)) await this.put(way, target, true, question);
    } catch (error) {
      this.logger.debug(`${power} was not said: ${(error as Error).name}`);
    }
  }

  private async put(way: Way, { lastInboundAt, lastInboundId }: ChatTarget, human: boolean, question: Question) {
    const { account, recipient } = way;
    const deadline = new Deadline(this.options.callTimeoutMs);
    const context = {
      account,
      recipient,
      lastInboundAt: lastInboundAt ?? undefined,
      lastInboundId: lastInboundId ?? undefined,
      human,
      signal: deadline.signal,
    };
    try {
      return (await question(way.outcome, context)) ?? CANNOT;
    } catch (error) {
      if (error instanceof NotAskedError) return 'not asked';
      this.logger.warn(`A network may have done what it was asked: ${faultOf(error)}`);
      return SURPRISED;
    } finally {
      deadline.end();
    }
  }
}

const CANNOT: RequestVerdict = {
  kind: 'rejected',
  class: 'permanent',
  code: 'not_supported',
  sentence: 'This messenger cannot do that.',
};

const SURPRISED: RequestVerdict = { kind: 'unknown', sentence: 'Something went wrong here; it may have been done.' };

const WORDS: Partial<Record<Power, string>> = {
  edit: 'change a message that was sent',
  delete: 'take back a message that was sent',
  react: 'react to messages',
  typing: 'show that somebody is writing',
};

function refuseWithout(outcome: OutcomeMessageWorker, power: Power, { lastInboundAt }: ChatTarget, human: boolean) {
  if (!outcome.powers.includes(power)) {
    throw new Problem(422, 'not_supported', `This messenger cannot ${WORDS[power] ?? power}.`);
  }
  const policy = outcome.policy({ lastInboundAt: lastInboundAt ?? undefined, now: new Date(), human });
  if (policy.allowed && policy.kinds.includes(power)) return;
  throw Problem.conflict(
    'send_not_allowed',
    policy.reason ?? `The messenger does not let anybody ${WORDS[power]} now.`,
  );
}

function later(retryAfterMs = 1_000): Problem {
  const retryAfter = Math.ceil(retryAfterMs / 1000);
  return new Problem(429, 'messenger_busy', `The messenger asks to come back in ${retryAfter} s.`, { retryAfter });
}
