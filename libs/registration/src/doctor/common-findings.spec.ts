import type { Channel } from '../channel.entity.js';
import type { ChannelTraffic } from '../ports.js';
import { commonFindings } from './common-findings.js';
import { pulseAfter } from './pulse.js';

const NOW = new Date('2026-11-22T10:00:00Z');
const quiet = { received: 9, stored: 5, duplicate: 2, ignored: 1, refused: 1, quarantined: 0 };
const sent = { at: NOW, status: 'sent', failure: null };
const fine: ChannelTraffic = { ledger: quiet, waiting: 0, waitingSince: null, lastSend: sent };
const times = { rotatedAt: null, replacedUntil: null, replacedUsedAt: null };
const channel = { active: true, health: 'ok', healthDetail: null, ...times } as Channel;
const minutes = (count: number) => new Date(NOW.getTime() + count * 60_000);

function found(change: { channel?: object; traffic?: object } = {}) {
  const traffic = { ...fine, ...change.traffic };
  const pulse = pulseAfter(undefined, traffic.ledger.received, NOW);
  const findings = commonFindings({ ...channel, ...change.channel }, traffic, pulse, NOW);
  for (const { sentence } of findings) expect(sentence).toMatch(/^[\p{L}\p{N}].*[.]$/u);
  for (const { sentence } of findings)
    expect(sentence.replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d UTC/g, '')).not.toMatch(/\d{4}-/);
  return Object.fromEntries(findings.map(({ code, state }) => [code, state]));
}

test('a channel in order', () => {
  expect(found()).toEqual({ ledger: 'ok', last_event: 'ok', last_send: 'ok' });
});

test.each<[string, Parameters<typeof found>[0], object]>([
  ['inactive', { channel: { active: false } }, { active: 'warning' }],
  [
    'dead credentials',
    { channel: { health: 'needs_reauthorization', healthDetail: 'Sign in.' } },
    { health: 'broken' },
  ],
  ['a restricted account', { channel: { health: 'restricted' } }, { health: 'warning' }],
  ['an event without outcome', { traffic: { ledger: { ...quiet, received: 10 } } }, { ledger: 'broken' }],
  ['quarantine', { traffic: { ledger: { ...quiet, received: 10, quarantined: 1 } } }, { ledger: 'warning' }],
  [
    'no event ever',
    { traffic: { ledger: { ...quiet, received: 0, stored: 0, duplicate: 0, ignored: 0, refused: 0 } } },
    { last_event: 'unknown' },
  ],
  [
    'answers that wait',
    { traffic: { waiting: 2, waitingSince: new Date(NOW.getTime() - 3_600_000) } },
    { last_send: 'warning' },
  ],
  [
    'answers on their way',
    { traffic: { waiting: 2, waitingSince: new Date(NOW.getTime() - 1_000) } },
    { last_send: 'ok' },
  ],
  ['a failed answer', { traffic: { lastSend: { ...sent, status: 'failed' } } }, { last_send: 'warning' }],
  [
    'a failed answer, and why',
    { traffic: { lastSend: { ...sent, status: 'failed', failure: 'The account is locked.' } } },
    { last_send: 'warning' },
  ],
  ['no answer', { traffic: { lastSend: null } }, { last_send: 'unknown' }],
  [
    'an old secret nobody uses',
    { channel: { rotatedAt: minutes(-9), replacedUntil: minutes(9) } },
    { replaced_secret: 'ok' },
  ],
  [
    'what was on its way',
    { channel: { rotatedAt: minutes(-9), replacedUntil: minutes(9), replacedUsedAt: minutes(-8.5) } },
    { replaced_secret: 'ok' },
  ],
  [
    'an old secret in use',
    { channel: { rotatedAt: minutes(-9), replacedUntil: minutes(9), replacedUsedAt: minutes(-1) } },
    { replaced_secret: 'warning' },
  ],
])('%s', (_, change, expected) => {
  expect(found(change)).toMatchObject(expected);
});
