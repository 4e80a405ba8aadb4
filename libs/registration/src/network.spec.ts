import { asked } from './network.js';

it('a messenger that never answers is not waited for for good', async () => {
  jest.useFakeTimers();
  const asking = asked('owl', () => new Promise<never>(() => undefined)).catch((reason: unknown) => reason);
  jest.advanceTimersByTime(5 * 60_000);
  jest.useRealTimers();
  expect(await asking).toMatchObject({ statusCode: 502, code: 'messenger_unreachable' });
});
