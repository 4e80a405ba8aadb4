export { ApiProblems, COMMON_PROBLEMS, problemResponse, type ProblemStatus } from './api-problems.js';
export { IdempotencyKey } from './idempotency-key.js';
export { METRICS } from './metrics.js';
export { PageDto, PageQuery } from './page-query.dto.js';
export { ApiPage, decodeCursor, encodeCursor, pageOf, type Page } from './page.js';
export { ProblemDto } from './problem.dto.js';
export { Problem, type ProblemPointer } from './problem.js';
export { UuidParam } from './uuid-param.js';
