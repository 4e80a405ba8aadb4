import { createHmac } from 'node:crypto';
import { GuardedHttp, type MessageContent, type OutgoingFile } from '#messenger-kit';
import { aScriptedServer, type ScriptedServer } from '../../../messenger-kit/testing.js';
import { HttpMessenger } from './http.messenger.js';

/** Real: the messenger, the HTTP client, sockets. The integrator follows a script. */
const ID = '0199a1b2-0000-7000-8000-000000000001';
let network: ScriptedServer;
let http: GuardedHttp;
let messenger: HttpMessenger;

beforeEach(async () => {
  network = await aScriptedServer(() => ({ status: 200, body: '{"externalId":"out-1"}' }));
  http = new GuardedHttp({ trustedOrigins: [network.url] });
  messenger = new HttpMessenger({ allowedOrigins: network.url }, http);
});
afterEach(async () => {
  await http.close();
  await network.close();
});

const context = () => ({
  account: {
    channelId: 'c1',
    messenger: 'http',
    source: 's',
    credentials: { url: `${network.url}/hook?k=1`, webhookSecret: 'w' },
  },
  recipient: { scope: 's', externalId: 'anna-17' },
  human: true,
  signal: AbortSignal.timeout(5_000),
});
const send = (content: MessageContent, files: readonly OutgoingFile[] = []) =>
  messenger.outcome.send({ id: ID, content, files }, context());

test('a message is one signed call: the revealed secret verifies it, its id is ours', async () => {
  const request = { credentials: { url: `${network.url}/hook?k=1` }, webhookUrl: '', webhookSecret: 'w' };
  const connected = await messenger.registration.connect(request);
  if (connected.kind !== 'connected') throw new Error(connected.sentence);
  const content = { text: 'Hello', replyTo: 'm-1', choices: [{ title: 'Yes', payload: 'y' }] };
  expect(await send(content)).toEqual({ kind: 'sent', externalId: 'out-1' });
  const [call] = network.calls;
  expect(call).toMatchObject({ method: 'POST', url: '/hook?k=1', headers: { 'webhook-id': ID } });
  expect(JSON.parse(call!.body)).toEqual({
    kind: 'message',
    id: ID,
    recipient: { externalId: 'anna-17' },
    ...content,
  });
  const { outboundSecret = '', inboundSecret } = connected.reveal ?? {};
  expect(inboundSecret).toBe(`whsec_${Buffer.from('w').toString('base64')}`);
  const key = Buffer.from(outboundSecret.replace('whsec_', ''), 'base64');
  const proof = createHmac('sha256', key).update(`${ID}.${String(call!.headers['webhook-timestamp'])}.${call!.body}`);
  expect(call!.headers['webhook-signature']).toBe(`v1,${proof.digest('base64')}`);
});

test('a file goes along in base64', async () => {
  const described = { type: 'image', name: 'lämp.jpg', mimeType: 'image/jpeg', size: 3 } as const;
  const link = 'https://chat.example.com/l%C3%A4mp.jpg';
  const file = { ...described, link, read: () => Promise.resolve(Buffer.from([1, 2, 255])) };
  expect(await send({ attachments: [described] }, [file])).toMatchObject({ kind: 'sent' });
  expect(JSON.parse(network.calls[0]!.body)).toMatchObject({ attachments: [{ ...described, content: 'AQL/' }] });
  expect(await send({ attachments: [described] })).toMatchObject({ kind: 'rejected', code: 'file_missing' });
});

test('edits, deletions and reactions are calls of their own', async () => {
  const { outcome } = messenger;
  expect(await outcome.edit('out-1', { text: 'Bye' }, context())).toEqual({ kind: 'done' });
  await outcome.delete('out-1', context());
  await outcome.react('m-1', '👍', context());
  await outcome.react('m-1', undefined, context());
  const recipient = { externalId: 'anna-17' };
  expect(network.calls.map(({ body }) => JSON.parse(body) as unknown)).toEqual([
    { kind: 'edit', target: 'out-1', text: 'Bye', recipient },
    { kind: 'deletion', target: 'out-1', recipient },
    { kind: 'reaction', target: 'm-1', emojis: ['👍'], recipient },
    { kind: 'reaction', target: 'm-1', emojis: [], recipient },
  ]);
  expect(new Set(network.calls.map(({ headers }) => headers['webhook-id'])).size).toBe(4);
});

test('what the integrator says in a refusal is shown on one line, after who says it', async () => {
  network.script = () => ({ status: 422, body: '{"code":"no_number","sentence":"The number\\n does not exist.."}' });
  expect(await send({ text: 'x' })).toEqual({
    kind: 'rejected',
    class: 'permanent',
    code: 'no_number',
    sentence: 'The connected system refused it: The number does not exist.',
  });
  network.script = () => ({
    status: 429,
    body: '',
    headers: { 'retry-after': new Date(Date.now() + 60_000).toUTCString() },
  });
  const verdict = await send({ text: 'x' });
  expect(verdict).toMatchObject({ class: 'retryAfter', wholeChannel: true });
  const { retryAfterMs = 0 } = verdict as { retryAfterMs?: number };
  expect(retryAfterMs).toBeGreaterThan(50_000);
});

test.each([
  ['ftp://example.com', 'url_malformed'],
  ['https://a:b@example.com', 'url_malformed'],
  ['http://example.com', 'url_not_https'],
  ['https://localhost/x', 'url_not_public'],
  ['https://10.1.2.3/x', 'url_not_public'],
  ['https://[::1]/x', 'url_not_public'],
])('the address %s is refused: %s', async (url, code) => {
  expect(await messenger.registration.identify({ url })).toMatchObject({ kind: 'refused', code });
});

test('the account is called by its host; its path stays a secret', async () => {
  const one = await messenger.registration.identify({ url: 'https://crm.example.com/hooks/s3cret' });
  const other = await messenger.registration.identify({ url: 'https://crm.example.com/hooks/other' });
  expect(one).toMatchObject({ kind: 'connected', name: 'crm.example.com' });
  if (one.kind !== 'connected' || other.kind !== 'connected') throw new Error('not connected');
  expect(one.source).toMatch(/^crm\.example\.com\/[0-9a-f]{32}$/);
  expect(one.source).not.toBe(other.source);
});

test('files come by https, or from the integrator’s own origin; no address of another trusted origin is asked', async () => {
  const options = { maxBytes: 100, signal: AbortSignal.timeout(5_000) };
  const load = (reference: string, url: string) =>
    messenger.media.load({ ...context().account, credentials: { url } }, { type: 'file', reference }, options);
  expect(await load(`${network.url}/f`, 'https://crm.example.com/hook')).toMatchObject({ class: 'permanent' });
  expect(await load('not an address', `${network.url}/hook`)).toMatchObject({ class: 'permanent' });
  expect(network.calls).toEqual([]);
  expect(await load(`${network.url}/f`, `${network.url}/hook`)).toMatchObject({ kind: 'loaded' });
});
