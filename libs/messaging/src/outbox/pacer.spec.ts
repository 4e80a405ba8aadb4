import { Pacer } from './pacer.js';

const pace = { perSecond: 100, perRecipient: { perSecond: 20, burst: 3 } };
const to = (identityId: string, channelId = 'channel') => ({ channelId, identityId });

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

/** Books `count` calls, waits for each by a clock of the test's own, and tells how long they took. */
function timeOf(count: number, course: (index: number) => { channelId: string; identityId: string }) {
  const pacer = new Pacer();
  const began = performance.now();
  for (let index = 0; index < count; index++) jest.advanceTimersByTime(pacer.book(course(index), pace));
  return performance.now() - began;
}

it('keeps a channel at its pace', () => {
  const took = timeOf(51, (index) => to(`person ${index}`));
  expect(took).toBeCloseTo(500);
});

it('lets a person have the burst at once, and then the pace', () => {
  const took = timeOf(13, () => to('one'));
  expect(took).toBeCloseTo(500);
});

it('one channel’s pace is none of another’s business', () => {
  const pacer = new Pacer();
  for (let call = 0; call < 10; call++) pacer.book(to('one'), pace);
  expect(pacer.waitFor(to('one', 'another channel'), pace)).toBe(0);
  expect(pacer.tryNow(to('one'), pace)).toBe(false);
});

it('a call that was booked and did not leave costs nothing', () => {
  const pacer = new Pacer();
  pacer.book(to('one'), pace);
  pacer.giveBack(to('one'), pace);
  expect(pacer.waitFor(to('one'), pace)).toBe(0);
});
