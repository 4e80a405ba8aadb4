import type { Provider } from '@nestjs/common';

/** All that finds messages and contacts by their words. */
export const SEARCH: Provider[] = [];
