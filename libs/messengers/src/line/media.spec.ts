import { buffer } from 'node:stream/consumers';
import { GuardedHttp, type MediaVerdict } from '#messenger-kit';
import { aScriptedServer, type ScriptedAnswer, type ScriptedServer } from '../../../messenger-kit/testing.js';
import { LINE, LINE_DATA, LineApi } from './line-api.js';
import { LineMessenger } from './line.messenger.js';

const account = {
  channelId: 'c1',
  messenger: 'line',
  source: 'Ubot',
  credentials: { channelAccessToken: 'line-test-token-77' },
};
const content: ScriptedAnswer = { status: 200, body: 'hello', headers: { 'content-type': 'image/jpeg; x=y' } };
let network: ScriptedServer;
let http: GuardedHttp;
let line: LineMessenger;

beforeEach(async () => {
  network = await aScriptedServer(() => content);
  http = new GuardedHttp({ trustedOrigins: [network.url], timeoutMs: 1_000 });
  line = new LineMessenger({ apiUrl: LINE, dataUrl: network.url }, http);
});
afterEach(async () => {
  await http.close();
  await network.close();
});

const load = (reference: string, size?: number): Promise<MediaVerdict> =>
  line.media.load(
    account,
    { type: 'image', reference, ...(size !== undefined && { size }) },
    { maxBytes: 1_000, signal: AbortSignal.timeout(2_000) },
  );

test('what LINE keeps is asked for by the message’s id, with the token', async () => {
  const verdict = await load('571038264190473603');
  expect(verdict).toMatchObject({ kind: 'loaded', mimeType: 'image/jpeg' });
  if (verdict.kind === 'loaded') expect((await buffer(verdict.body)).toString()).toBe('hello');
  const [call] = network.calls;
  expect(call?.url).toBe('/v2/bot/message/571038264190473603/content');
  expect(call?.headers['authorization']).toBe('Bearer line-test-token-77');
});

test('stickers and what another app keeps are fetched without the token', async () => {
  for (const [reference, path] of [
    ['sticker:2845', '/stickershop/v1/sticker/2845/android/sticker.png'],
    [`${network.url}/a.jpg`, '/a.jpg'],
  ] as const) {
    expect(await load(reference)).toMatchObject({ kind: 'loaded' });
    expect(network.calls.at(-1)).toMatchObject({ url: path });
    expect(network.calls.at(-1)?.headers).not.toHaveProperty('authorization');
  }
  expect(new LineApi(http, LINE, `${LINE_DATA}/`).stickerUrl('7')).toBe(
    'https://stickershop.line-scdn.net/stickershop/v1/sticker/7/android/sticker.png',
  );
});

test('nothing is asked for within this network', async () => {
  expect(await load('http://127.0.0.1:1/a.jpg')).toMatchObject({ class: 'permanent' });
  expect(network.calls).toEqual([]);
});

test.each([
  ['processing', 'retry'],
  ['succeeded', 'retry'],
  ['failed', 'permanent'],
])('a film that is not ready yet: %s', async (status, kind) => {
  network.script = ({ url }) =>
    url.endsWith('/transcoding') ? { status: 200, body: JSON.stringify({ status }) } : { status: 202, body: '' };
  expect(await load('571038264190473603')).toMatchObject({ kind: 'refused', class: kind });
  expect(network.calls.map(({ url }) => url.split('/').at(-1))).toEqual(['content', 'transcoding']);
});

test('what is known to be too large is not asked for', async () => {
  expect(await load('571038264190473603', 1_001)).toMatchObject({ class: 'too_large' });
  expect(network.calls).toEqual([]);
});
