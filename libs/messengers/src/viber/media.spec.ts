import { GuardedHttp, type MediaVerdict } from '#messenger-kit';
import { aScriptedServer, type ScriptedServer } from '../../../messenger-kit/testing.js';
import { ViberMessenger } from './viber.messenger.js';

const account = { channelId: 'c1', messenger: 'viber', source: 'pa:1', credentials: { authToken: 'secret' } };
let network: ScriptedServer;
let http: GuardedHttp;

beforeEach(async () => {
  network = await aScriptedServer(() => ({ status: 200, body: 'content', headers: { 'content-type': 'image/png' } }));
  http = new GuardedHttp({ trustedOrigins: [network.url], timeoutMs: 1_000 });
});
afterEach(async () => {
  await http.close();
  await network.close();
});

function load(reference: string, size?: number): Promise<MediaVerdict> {
  const attachment = { type: 'image', reference, ...(size !== undefined && { size }) } as const;
  const options = { maxBytes: 1_000, signal: AbortSignal.timeout(2_000) };
  return new ViberMessenger({ apiUrl: network.url }, http).media.load(account, attachment, options);
}

test('a file is fetched by its link exactly as it was, without the token', async () => {
  const verdict = await load(`${network.url}/a%2Fb/x.png?Signature=a%2Bb=&e=1`);
  expect(verdict).toMatchObject({ kind: 'loaded', mimeType: 'image/png' });
  if (verdict.kind === 'loaded') expect(String(Buffer.concat(await verdict.body.toArray()))).toBe('content');
  expect(network.calls[0]?.url).toBe('/a%2Fb/x.png?Signature=a%2Bb=&e=1');
  expect(JSON.stringify(network.calls)).not.toContain('secret');
});

test.each<[string, (url: string) => string]>([
  ['no link', () => '40100'],
  ['http of somebody else', () => 'http://media.example.com/x.png'],
  ['an address inside', () => 'https://127.0.0.1/x.png'],
])('what is not fetched at all: %s', async (_, reference) => {
  expect(await load(reference(network.url))).toMatchObject({ kind: 'refused', class: 'permanent' });
  expect(network.calls).toEqual([]);
});

test('a file known to be too large is not asked for', async () => {
  expect(await load(`${network.url}/x.png`, 1_001)).toMatchObject({ kind: 'refused', class: 'too_large' });
  expect(network.calls).toEqual([]);
});
