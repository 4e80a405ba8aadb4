import type { Provider } from '@nestjs/common';

/** All that counts what happened. */
export const REPORTS: Provider[] = [];
