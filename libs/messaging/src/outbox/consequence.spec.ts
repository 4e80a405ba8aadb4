import { NotAskedError, OutcomeUnknownError, type RejectionClass } from '#messenger-kit';
import { consequenceOf, type Attempted } from './consequence.js';

const REFUSED = new NotAskedError('ECONNREFUSED', 'Could not reach it');

function rejected(kind: RejectionClass, more: { retryAfterMs?: number; wholeChannel?: boolean } = {}) {
  return { verdict: { kind: 'rejected', class: kind, code: '400', sentence: 'No.', ...more } as const };
}

/** The wait that follows; fails when there is none. */
function waitAfter(result: Attempted, attempts: number) {
  const consequence = consequenceOf(result, attempts);
  if (consequence.status !== 'queued') throw new Error(`It is ${consequence.status}`);
  return consequence;
}

it('a sent message keeps the network’s ids, the first one first', () => {
  const album = { kind: 'sent', externalId: 'm_1', externalIds: ['m_1', 'm_2'] } as const;
  expect(consequenceOf({ verdict: album }, 0)).toEqual({ status: 'sent', externalIds: ['m_1', 'm_2'] });
  expect(consequenceOf({ verdict: { kind: 'sent', externalId: 'm_3' } }, 0)).toMatchObject({ externalIds: ['m_3'] });
});

it('a message of unknown fate is unconfirmed and frees its lane', () => {
  const consequence = consequenceOf({ verdict: { kind: 'unknown', sentence: 'No answer came.' } }, 0);
  expect(consequence).toEqual({ status: 'unconfirmed', failure: { code: 'no_answer', sentence: 'No answer came.' } });
});

it('a message of unknown fate waits for its echo where the network sends one', () => {
  expect(
    consequenceOf({ verdict: { kind: 'unknown', sentence: 'No answer came.' } }, 0, { echoes: true }),
  ).toMatchObject({
    status: 'unconfirmed',
    awaitsEcho: true,
  });
});

const unknown: Attempted = { verdict: { kind: 'unknown', sentence: 'No answer came.' } };

it('a message of unknown fate is asked for again where its network would know it, and at last left to a person', () => {
  expect(consequenceOf(unknown, 0, { repeatable: true })).toMatchObject({
    status: 'queued',
    doubtful: true,
    counts: true,
    failure: { code: 'no_answer' },
  });
  expect(consequenceOf(unknown, 11, { repeatable: true })).toMatchObject({ status: 'unconfirmed' });
});

it.each<[string, Attempted, number]>([
  ['refused', rejected('permanent'), 0],
  ['no longer allowed', rejected('windowClosed'), 0],
  ['never reached again', { error: REFUSED }, 11],
])('what may have got through is not said to have failed when it is %s', (_, result, attempts) => {
  const doubt = { repeatable: true, doubtful: true };
  expect(consequenceOf(result, attempts).status).toBe('failed');
  expect(consequenceOf(result, attempts, doubt).status).toBe('unconfirmed');
});

it.each([new TypeError('x is undefined'), new Error('socket hang up'), 'a text'])(
  'a worker that breaks may have sent the message: it is not sent again (%p)',
  (error) => {
    const unconfirmed = { status: 'unconfirmed', failure: { code: 'internal_error' } };
    expect(consequenceOf({ error }, 0)).toMatchObject(unconfirmed);
    expect(consequenceOf({ error }, 0, { echoes: true })).toMatchObject({ ...unconfirmed, awaitsEcho: true });
    expect(consequenceOf({ error }, 0, { repeatable: true })).toMatchObject({ status: 'queued', doubtful: true });
  },
);

it('a worker that says nobody knows by throwing has said it: the message is not sent again', () => {
  const unknown = { error: new OutcomeUnknownError('ECONNRESET', 'No whole answer from https://api.example.com') };
  const unconfirmed = { status: 'unconfirmed', failure: { code: 'no_answer' } };
  expect(consequenceOf(unknown, 0)).toMatchObject(unconfirmed);
  expect(consequenceOf(unknown, 0, { echoes: true })).toMatchObject({ ...unconfirmed, awaitsEcho: true });
  expect(consequenceOf(unknown, 0, { repeatable: true })).toMatchObject({ status: 'queued', doubtful: true });
  expect(consequenceOf({ error: REFUSED }, 0).status).toBe('queued');
});

it.each(['permanent', 'blocked', 'windowClosed'] as const)('%s fails at once and frees the lane', (kind) => {
  expect(consequenceOf(rejected(kind), 0)).toEqual({ status: 'failed', failure: { code: '400', sentence: 'No.' } });
});

it('revoked credentials keep the message and tell the channel', () => {
  expect(consequenceOf(rejected('reauthorize'), 3)).toMatchObject({ status: 'queued', revoked: true });
});

it('a messenger that says when to come back is obeyed to the millisecond, without counting the try', () => {
  const consequence = waitAfter(rejected('retryAfter', { retryAfterMs: 9_000 }), 11);
  expect(consequence).toMatchObject({ status: 'queued', waitMs: 9_000 });
  expect(consequence.counts).toBeUndefined();
});

it('passing failures wait longer each time, within a quarter, and end after twelve tries', () => {
  for (const [attempts, expected] of [
    [0, 1_000],
    [3, 8_000],
    [10, 300_000],
  ] as const) {
    const { waitMs, status, counts } = waitAfter({ error: REFUSED }, attempts);
    expect({ status, counts }).toEqual({ status: 'queued', counts: true });
    expect(waitMs).toBeGreaterThanOrEqual(expected * 0.75);
    expect(waitMs).toBeLessThanOrEqual(expected * 1.25);
  }
  expect(consequenceOf({ error: REFUSED }, 11).status).toBe('failed');
  // Those that failed together do not come back together.
  const waits = Array.from({ length: 20 }, () => waitAfter({ error: REFUSED }, 3).waitMs);
  expect(new Set(waits).size).toBeGreaterThan(10);
});

it('a wait for the whole channel holds all of it, also where the network does not say how long', () => {
  for (const retryAfterMs of [5_000, undefined, Number.NaN, -1]) {
    const consequence = waitAfter(rejected('retryAfter', { retryAfterMs, wholeChannel: true }), 0);
    expect(consequence.wholeChannel).toBe(true);
    expect(consequence.waitMs).toBeGreaterThan(0);
  }
});
