import type { RejectionClass } from '#messenger-kit';
import { MEANINGS } from './errors.js';

const rejected = (code: number, subcode?: number, isTransient = false, headers = {}): object =>
  MEANINGS.verdictOf({ kind: 'error', error: { code, subcode, isTransient }, headers });

/** Meta's table, row by row. */
test.each<[number, number | undefined, RejectionClass]>([
  [1, undefined, 'retryAfter'],
  [2, undefined, 'retryAfter'],
  [1, 99, 'retryAfter'],
  [1, 1357046, 'retryAfter'],
  [2, 2018344, 'permanent'],
  [4, undefined, 'retryAfter'],
  [4, 2018022, 'retryAfter'],
  [9, 2018352, 'retryAfter'],
  [10, 2018278, 'windowClosed'],
  [10, 2018065, 'windowClosed'],
  [10, 2534022, 'windowClosed'],
  [10, 2018108, 'blocked'],
  [10, 2018300, 'permanent'],
  [10, 2018028, 'permanent'],
  [200, 2018028, 'permanent'],
  [10, 1893063, 'retryAfter'],
  [10, 2534122, 'retryAfter'],
  [2534122, undefined, 'retryAfter'],
  [10, 2534029, 'retryAfter'],
  [2534029, undefined, 'retryAfter'],
  [10, undefined, 'permanent'],
  [17, undefined, 'retryAfter'],
  [32, undefined, 'retryAfter'],
  [613, undefined, 'retryAfter'],
  [100, undefined, 'permanent'],
  [100, 33, 'permanent'],
  [100, 2018001, 'permanent'],
  [100, 2018034, 'permanent'],
  [100, 2018109, 'permanent'],
  [100, 2018047, 'permanent'],
  [100, 2018007, 'permanent'],
  [100, 2018008, 'permanent'],
  [100, 2018032, 'permanent'],
  [105, undefined, 'permanent'],
  [194, undefined, 'permanent'],
  [190, undefined, 'reauthorize'],
  ...[458, 459, 460, 463, 464, 467, 492].map((subcode): [number, number, RejectionClass] => [
    190,
    subcode,
    'reauthorize',
  ]),
  [200, undefined, 'permanent'],
  [200, 1545041, 'blocked'],
  [551, 1545041, 'blocked'],
  [551, undefined, 'blocked'],
  [200, 2018027, 'permanent'],
  [200, 2018021, 'permanent'],
  [230, undefined, 'permanent'],
  [368, undefined, 'retryAfter'],
  [803, undefined, 'permanent'],
  [1200, undefined, 'retryAfter'],
  [1545003, undefined, 'permanent'],
  [10303, undefined, 'permanent'],
  [80001, undefined, 'retryAfter'],
  [80006, undefined, 'retryAfter'],
])('%s/%s is %s', (code, subcode, expected) => {
  expect(rejected(code, subcode)).toMatchObject({
    kind: 'rejected',
    class: expected,
    code: subcode === undefined ? `${code}` : `${code}/${subcode}`,
    sentence: expect.stringMatching(/^\p{L}.*[.]$/u) as string,
  });
});

test.each<[number, number | undefined, RejectionClass]>([
  [1545003, undefined, 'retryAfter'],
  [100, 2018047, 'retryAfter'],
  [10, undefined, 'retryAfter'],
  [190, 463, 'reauthorize'],
  [551, 1545041, 'blocked'],
  [10, 2018278, 'windowClosed'],
])('%s/%s that Meta calls transient is %s', (code, subcode, expected) => {
  expect(rejected(code, subcode, true)).toMatchObject({ class: expected });
});

test.each([4, 17, 32, 613, 80001, 80006, 368])('%s holds the whole Page', (code) => {
  expect(rejected(code)).toMatchObject({ class: 'retryAfter', wholeChannel: true });
});

test.each<[number, number | undefined]>([
  [4, undefined],
  [4, 2018022],
  [9, 2018352],
  [17, undefined],
  [32, undefined],
  [613, undefined],
  [80001, undefined],
  [80006, undefined],
])('%s/%s is a limit, and waited out: a wait that is told counts as no failure', (code, subcode) => {
  expect((rejected(code, subcode) as { retryAfterMs: number }).retryAfterMs).toBeGreaterThanOrEqual(60_000);
});

test.each<[number, number | undefined]>([
  [2, undefined],
  [1200, undefined],
  [9, 2018352],
])('%s/%s holds one person only', (code, subcode) => {
  expect(Object.keys(rejected(code, subcode))).not.toContain('wholeChannel');
});

const page = '108326419507742';
test.each<[string, object, number | undefined]>([
  [
    'of the business use case',
    {
      'x-business-use-case-usage': JSON.stringify({
        [page]: [
          { type: 'messenger', call_count: 97, estimated_time_to_regain_access: 17 },
          { type: 'pages', estimated_time_to_regain_access: 0 },
        ],
      }),
    },
    17 * 60_000,
  ],
  ['of the app', { 'x-app-usage': '{"call_count":100,"estimated_time_to_regain_access":"3"}' }, 3 * 60_000],
  ['without a time', { 'x-app-usage': '{"call_count":31,"total_time":22}' }, 60_000],
  ['that is absurd', { 'x-business-use-case-usage': `{"1":[{"estimated_time_to_regain_access":1e9}]}` }, 60_000],
  ['that is no JSON', { 'x-business-use-case-usage': 'soon', 'x-app-usage': ['{}'] }, 60_000],
])('Meta tells in a header when to call again: %s', (_, headers, waitMs) => {
  const verdict = rejected(80006, undefined, false, headers) as { retryAfterMs?: number };
  expect(verdict).toMatchObject({ class: 'retryAfter', wholeChannel: true });
  expect(verdict.retryAfterMs).toBe(waitMs);
});

test('where Meta tells when the Page may call again, all of it waits, whoever the message was for', () => {
  const headers = { 'x-page-usage': '{"estimated_time_to_regain_access":2}' };
  expect(rejected(9, 2018352, false, headers)).toMatchObject({ retryAfterMs: 120_000, wholeChannel: true });
  expect(rejected(1, undefined, false, headers)).toMatchObject({ retryAfterMs: 120_000, wholeChannel: true });
});

test('a wait of ours is never shorter than it must be', () => {
  expect(rejected(4)).toMatchObject({ retryAfterMs: 120_000 });
  expect(rejected(10, 1893063)).toMatchObject({ retryAfterMs: 1_800_000 });
  expect(rejected(4, undefined, false, { 'x-app-usage': '{"estimated_time_to_regain_access":5}' })).toMatchObject({
    retryAfterMs: 300_000,
  });
});

test('a permission that is missing is named', () => {
  for (const code of [10, 200, 230]) {
    expect(rejected(code)).toMatchObject({ sentence: expect.stringContaining('pages_messaging') as string });
  }
});

test.each<[number, object]>([
  [429, { kind: 'rejected', class: 'retryAfter', wholeChannel: true }],
  [403, { kind: 'rejected', class: 'permanent' }],
  [301, { kind: 'rejected', class: 'permanent' }],
  [408, { kind: 'unknown' }],
  [500, { kind: 'unknown' }],
  [504, { kind: 'unknown' }],
  [200, { kind: 'unknown' }],
])('an answer that is not Meta’s own, %s', (status, expected) => {
  expect(MEANINGS.verdictOf({ kind: 'unreadable', status })).toMatchObject(expected);
});
