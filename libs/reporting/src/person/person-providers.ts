import type { Provider } from '@nestjs/common';
import { EraseJob } from './erasure/erase-job.js';
import type { ErasureStep } from './erasure/erasure-step.js';
import { ERASURE_STEPS, erasureSteps } from './erasure/erasure-steps.js';
import { ErasureRepository } from './erasure/erasure.repository.js';
import { Erasures } from './erasure/erasures.js';
import { TracesRepository } from './erasure/traces.repository.js';
import { PersonExport } from './export/person-export.js';

/** All that hands out or erases everything the house knows of one person. */
export const PERSON: Provider[] = [
  ...erasureSteps,
  { provide: ERASURE_STEPS, inject: erasureSteps, useFactory: (...steps: ErasureStep[]) => steps },
  EraseJob,
  ErasureRepository,
  Erasures,
  PersonExport,
  TracesRepository,
];
