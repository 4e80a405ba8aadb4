import { Injectable } from '@nestjs/common';
import { Idempotency } from '#api-kit';
import { Sessions } from '#identity';
import { Jobs } from '#jobs';

/** Clears away what rooms without jobs of their own leave behind. */
@Injectable()
export class Upkeep {
  constructor(jobs: Jobs, idempotency: Idempotency, sessions: Sessions) {
    jobs.schedule('upkeep.idempotency-keys', '7 * * * *', () => idempotency.forgetOld());
    jobs.schedule('upkeep.ended-sessions', '37 3 * * *', () => sessions.forgetEnded());
  }
}
