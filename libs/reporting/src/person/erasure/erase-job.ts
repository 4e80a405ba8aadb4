import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { isId, KeyRing, type Tx } from '#database';
import { EventLog } from '#events';
import { Jobs } from '#jobs';
import { ERASURE_STEPS } from './erasure-steps.js';
import type { ErasureStep } from './erasure-step.js';
import { ErasureRepository, type ErasureRow } from './erasure.repository.js';
import { openNeedles } from './needles.js';

export const ERASE_JOB = 'reporting.erase';
/** It was promised: several times a day, for years, until what stands in the way is gone. */
const TRIES = 30_000;

/** Does an erasure step by step. Whatever interrupts it, the next try goes on where it was; nothing is done by halves. */
@Injectable()
export class EraseJob implements OnModuleInit {
  constructor(
    private readonly jobs: Jobs,
    private readonly erasures: ErasureRepository,
    private readonly keys: KeyRing,
    private readonly events: EventLog,
    @Inject(ERASURE_STEPS) private readonly steps: readonly ErasureStep[],
  ) {}

  onModuleInit(): void {
    this.jobs.define(ERASE_JOB, (payload) => this.run(payload), 'slow');
  }

  get firstStep(): string {
    return this.steps[0]!.name;
  }

  /** In the transaction that forgets who it was. */
  async begin(tx: Tx, { id, contactId }: ErasureRow): Promise<void> {
    await this.jobs.enqueue(tx, ERASE_JOB, [{ id }], { jobKey: () => id, maxAttempts: TRIES });
    const audience = { roles: ['supervisor', 'admin'] as const };
    await this.events.record(tx, [{ type: 'contact.erased', at: new Date(), audience, data: { contactId } }]);
  }

  /** Rejects while something must be waited for. */
  async run(payload: unknown): Promise<void> {
    const id = idOf(payload);
    for (let erasure = await this.erasures.get(id); erasure?.step; erasure = await this.erasures.get(id)) {
      await this.advance(erasure);
    }
  }

  private async advance(erasure: ErasureRow): Promise<void> {
    const { id, step: name, place, contactIds, identityIds, needles } = erasure;
    const index = this.steps.findIndex((step) => step.name === name);
    const step = this.steps[index];
    if (!step || needles === null) throw new Error(`Erasure ${id} has no step ${name}`);
    const known = openNeedles(this.keys, id, needles);
    const { erased, next } = await step.run({ contactIds, identityIds, known }, place);
    const following = next === undefined ? this.steps[index + 1] : step;
    await this.erasures.advance(erasure, following?.name ?? step.name, next ?? null, erased);
    if (!following) await this.erasures.finish(id);
  }
}

function idOf(payload: unknown): string {
  if (typeof payload === 'object' && payload !== null && 'id' in payload && isId(payload.id)) return payload.id;
  throw new Error(`A job of ${ERASE_JOB} names no erasure`);
}
