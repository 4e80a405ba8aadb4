import type { RejectionClass } from '#messenger-kit';
import { consequenceOf } from './consequence.js';

function rejected(kind: RejectionClass, retryAfterMs?: number) {
  return { verdict: { kind: 'rejected', class: kind, code: '400', sentence: 'No.', retryAfterMs } as const };
}

it('a sent message keeps the network’s id', () => {
  expect(consequenceOf({ verdict: { kind: 'sent', externalId: 'm_1' } }, 0)).toEqual({
    status: 'sent',
    externalId: 'm_1',
  });
});

it('a message of unknown fate is unconfirmed and frees its lane', () => {
  const consequence = consequenceOf({ verdict: { kind: 'unknown', sentence: 'No answer came.' } }, 0);
  expect(consequence).toEqual({ status: 'unconfirmed', failure: { code: 'no_answer', sentence: 'No answer came.' } });
});

it.each(['permanent', 'blocked', 'windowClosed'] as const)('%s fails at once and frees the lane', (kind) => {
  expect(consequenceOf(rejected(kind), 0)).toEqual({ status: 'failed', failure: { code: '400', sentence: 'No.' } });
});

it('revoked credentials keep the message and tell the channel', () => {
  expect(consequenceOf(rejected('reauthorize'), 3)).toMatchObject({ status: 'queued', revoked: true });
});

it('a messenger that says when to come back is obeyed to the millisecond, without counting the try', () => {
  const consequence = consequenceOf(rejected('retryAfter', 9_000), 11);
  expect(consequence).toMatchObject({ status: 'queued', waitMs: 9_000 });
  expect(consequence.counts).toBeUndefined();
});

it('passing failures wait longer each time, within a quarter, and end after twelve tries', () => {
  for (const [attempts, expected] of [
    [0, 1_000],
    [3, 8_000],
    [10, 300_000],
  ] as const) {
    const { waitMs, status, counts } = consequenceOf({ error: new Error('refused') }, attempts);
    expect({ status, counts }).toEqual({ status: 'queued', counts: true });
    expect(waitMs).toBeGreaterThanOrEqual(expected * 0.75);
    expect(waitMs).toBeLessThanOrEqual(expected * 1.25);
  }
  expect(consequenceOf({ error: new Error('refused') }, 11).status).toBe('failed');
});
