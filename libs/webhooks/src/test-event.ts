import { id, inHouse } from '#events';

export const TEST = 'webhook.test';

/** What an endpoint gets when somebody tries it; it never stands in the log, and is in no filter. */
export const TEST_EVENT = {
  [TEST]: inHouse('Somebody tries the endpoint; nothing has happened', { endpointId: id }),
} as const;

export type TestData = (typeof TEST_EVENT)[typeof TEST]['data']['example'];
