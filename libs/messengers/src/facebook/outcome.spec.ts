import { GuardedHttp, type MessageContent } from '#messenger-kit';
import { aScriptedServer, sample, type ScriptedServer } from '../../../messenger-kit/testing.js';
import { FacebookMessenger } from './facebook.messenger.js';

const fixtures = new URL('./fixtures/', import.meta.url);
const PAGE = '108326419507742';
const account = {
  channelId: 'c1',
  messenger: 'facebook',
  source: PAGE,
  credentials: { pageToken: 'EAATestPageToken' },
};
const recipient = { scope: PAGE, externalId: '7329150486617043' };
let network: ScriptedServer;
let http: GuardedHttp;
let facebook: FacebookMessenger;

beforeEach(async () => {
  network = await aScriptedServer(() => ({ status: 200, body: sample(fixtures, 'api-send-ok') }));
  http = new GuardedHttp({ trustedOrigins: [network.url] });
  const appSecret = 'dev_app_secret_0123456789abcdef';
  facebook = new FacebookMessenger({ graphUrl: network.url, graphVersion: 'v26.0', appSecret }, http);
});
afterEach(async () => {
  await http.close();
  await network.close();
});

async function sentBody(content: MessageContent): Promise<unknown> {
  const signal = AbortSignal.timeout(2_000);
  const verdict = await facebook.outcome.send({ id: 'our-id', content }, { account, recipient, signal });
  expect(verdict).toEqual({ kind: 'sent', externalId: 'm_dzp_zgh_6' });
  return JSON.parse(network.calls[0]?.body ?? '');
}

test('an answer goes to the person with our id as metadata; the token travels in a header, its proof in the address', async () => {
  expect(await sentBody({ text: 'Hello' })).toEqual({
    recipient: { id: '7329150486617043' },
    messaging_type: 'RESPONSE',
    message: { text: 'Hello', metadata: 'our-id' },
  });
  const proof = 'cc4d309d26ea2f3503337c9872eb7ff3c4ba3a7d60f2a1beafddd421c51631f5';
  expect(network.calls[0]).toMatchObject({
    method: 'POST',
    url: `/v26.0/${PAGE}/messages?appsecret_proof=${proof}`,
    headers: { authorization: 'Bearer EAATestPageToken' },
  });
});

test.each([
  ['of Meta', 'm_njh7097-kvkx_LBbk', { mid: 'm_njh7097-kvkx_LBbk' }],
  ['of Meta, the old way', 'mid.1461290573406:7c31e9d04b82f56a19', { mid: 'mid.1461290573406:7c31e9d04b82f56a19' }],
  ['we made up', 'postback:5:1792213641000:A', undefined],
])('an answer to a message with an id %s', async (_, replyTo, quoted) => {
  const body = await sentBody({ text: 'yes', replyTo });
  expect(body).toEqual(expect.objectContaining(quoted ? { reply_to: quoted } : { messaging_type: 'RESPONSE' }));
  expect(Object.keys(body as object).includes('reply_to')).toBe(quoted !== undefined);
});

test('the window is open for 24 hours after the person last wrote', () => {
  const lastInboundAt = new Date('2026-11-21T12:00:00.000Z');
  const at = (now: string): object => facebook.outcome.policy({ lastInboundAt, now: new Date(now) });
  const until = new Date('2026-11-22T12:00:00.000Z');
  expect(at('2026-11-22T11:59:59.999Z')).toEqual({ allowed: true, until, reason: null, kinds: ['text'], tag: null });
  expect(at('2026-11-22T12:00:00.000Z')).toMatchObject({ allowed: false, until: null, kinds: [] });
  expect(facebook.outcome.policy({ now: until })).toMatchObject({ allowed: false });
});

test('Meta tells in a header how long to wait', async () => {
  const usage = { [PAGE]: [{ type: 'messenger', call_count: 97, estimated_time_to_regain_access: 17 }] };
  const body = JSON.stringify({ error: { message: '…', code: 80006 } });
  network.script = () => ({ status: 400, body, headers: { 'x-business-use-case-usage': JSON.stringify(usage) } });
  const signal = AbortSignal.timeout(2_000);
  expect(
    await facebook.outcome.send({ id: 'i', content: { text: 'x' } }, { account, recipient, signal }),
  ).toMatchObject({
    class: 'retryAfter',
    code: '80006',
    retryAfterMs: 17 * 60_000,
  });
});

test('profiles: a name, none, or later', async () => {
  const error = (code: number): { status: number; body: string } => ({
    status: 400,
    body: JSON.stringify({ error: { message: '…', code, error_subcode: 33 } }),
  });
  const answers = [
    { status: 200, body: '{"name":"Iryna Lys","id":"7329150486617043"}' },
    { status: 200, body: '{"first_name":"Iryna","id":"7329150486617043"}' },
    { status: 200, body: '{}' },
    error(100),
    error(2),
    { status: 502, body: '<html>' },
  ];
  network.script = () => answers.shift();
  expect(await facebook.profile.read(account, recipient)).toEqual({ name: 'Iryna Lys' });
  expect(network.calls[0]?.url).toMatch(/^\/v26\.0\/7329150486617043\?fields=first_name/);
  expect(await facebook.profile.read(account, recipient)).toEqual({ name: 'Iryna' });
  expect(await facebook.profile.read(account, recipient)).toBeUndefined();
  expect(await facebook.profile.read(account, recipient)).toBeUndefined();
  await expect(facebook.profile.read(account, recipient)).rejects.toThrow('later');
  await expect(facebook.profile.read(account, recipient)).rejects.toThrow('later');
});
