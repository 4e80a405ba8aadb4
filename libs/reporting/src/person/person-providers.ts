import type { Provider } from '@nestjs/common';

/** All that shows, hands out or erases everything the house knows of one person. */
export const PERSON: Provider[] = [];
