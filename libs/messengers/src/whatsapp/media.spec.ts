import { buffer } from 'node:stream/consumers';
import { GuardedHttp, type MediaVerdict } from '#messenger-kit';
import { aScriptedServer, type ScriptedServer } from '../../../messenger-kit/testing.js';
import { WhatsAppMessenger } from './whatsapp.messenger.js';

const TOKEN = 'EAATestSystemUserToken';
const account = { channelId: 'c1', messenger: 'whatsapp', source: '116', credentials: { accessToken: TOKEN } };
let network: ScriptedServer;
let http: GuardedHttp;
/** What the first step answers with. */
let told: object;

beforeEach(async () => {
  network = await aScriptedServer(({ url }) =>
    url.startsWith('/file') ? { status: 200, body: 'hello' } : { status: 200, body: JSON.stringify(told) },
  );
  told = { url: `${network.url}/file?mid=1`, file_size: 5 };
  http = new GuardedHttp({ trustedOrigins: [network.url] });
});
afterEach(async () => {
  await http.close();
  await network.close();
});

const load = (reference = '4711', maxBytes = 100): Promise<MediaVerdict> =>
  new WhatsAppMessenger({ graphUrl: network.url }, http).media.load(
    account,
    { type: 'image', reference },
    { maxBytes, signal: AbortSignal.timeout(2_000) },
  );

test('in two steps, both with the token and a name of ours', async () => {
  const verdict = await load();
  expect(verdict.kind === 'loaded' && (await buffer(verdict.body)).toString()).toBe('hello');
  expect(network.calls.map(({ url }) => url)).toEqual(['/v26.0/4711?phone_number_id=116', '/file?mid=1']);
  expect(network.calls.map(({ headers }) => headers['authorization'])).toEqual([`Bearer ${TOKEN}`, `Bearer ${TOKEN}`]);
  expect(network.calls[1]?.headers['user-agent']).toBe('Parley');
});

test.each([
  'https://cdn.example.com/x',
  'http://lookaside.fbsbx.com/x',
  'https://fbsbx.com.example.org/x',
  'file:///etc/passwd',
])('the token never goes to %s', async (url) => {
  told = { url };
  expect(await load()).toMatchObject({ kind: 'refused', class: 'permanent' });
  expect(network.calls).toHaveLength(1);
});

test('a redirect to another host goes without the token', async () => {
  const other = await aScriptedServer(() => ({ status: 200, body: 'moved' }));
  const both = new GuardedHttp({ trustedOrigins: [network.url, other.url] });
  const { script } = network;
  network.script = (call, socket) =>
    call.url.startsWith('/file')
      ? { status: 302, body: '', headers: { location: `${other.url}/f` } }
      : script(call, socket);
  const { media } = new WhatsAppMessenger({ graphUrl: network.url }, both);
  const options = { maxBytes: 100, signal: AbortSignal.timeout(2_000) };
  const verdict = await media.load(account, { type: 'image', reference: '4711' }, options);
  expect(verdict.kind === 'loaded' && (await buffer(verdict.body)).toString()).toBe('moved');
  expect(other.calls[0]?.headers['authorization']).toBeUndefined();
  await both.close();
  await other.close();
});

test('an address that ended is asked for once more', async () => {
  const { script } = network;
  let ended = 1;
  network.script = (call, socket) =>
    call.url.startsWith('/file') && ended-- > 0 ? { status: 404, body: '' } : script(call, socket);
  expect(await load()).toMatchObject({ kind: 'loaded' });
  expect(network.calls).toHaveLength(4);
  ended = 99;
  expect(await load()).toMatchObject({ kind: 'refused', class: 'retry' });
});

test.each(['..', '../me', 'me?fields=id', ''])('the id %j is not asked for', async (reference) => {
  expect(await load(reference)).toMatchObject({ kind: 'refused', class: 'permanent' });
  expect(network.calls).toEqual([]);
});

test('what is told to be larger than allowed is not fetched', async () => {
  told = { url: `${network.url}/file`, file_size: 101 };
  expect(await load()).toMatchObject({ kind: 'refused', class: 'too_large' });
  expect(network.calls).toHaveLength(1);
});
