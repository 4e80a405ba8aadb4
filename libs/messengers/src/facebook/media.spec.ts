import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { GuardedHttp, type MediaVerdict } from '#messenger-kit';
import { FacebookMessenger } from './facebook.messenger.js';

const account = { channelId: 'c1', messenger: 'facebook', source: '1', credentials: { pageToken: 'EAATestPageToken' } };
let cdn: Server;
let origin: string;
let http: GuardedHttp;
let asked: { url?: string | undefined; headers: object }[];

beforeEach(async () => {
  asked = [];
  cdn = createServer((request, response) => {
    asked.push({ url: request.url, headers: request.headers });
    const status = Number(/\/(\d{3})/.exec(request.url ?? '')?.[1]);
    response.writeHead(status, { 'content-type': 'audio/mp4; codecs=mp4a' }).end('x'.repeat(1_000));
  });
  await new Promise<void>((resolve) => cdn.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(cdn.address() as AddressInfo).port}`;
  http = new GuardedHttp({ trustedOrigins: [origin] });
});
afterEach(async () => {
  await http.close();
  cdn.closeAllConnections();
  await new Promise((resolve) => cdn.close(resolve));
});

const load = (reference: string, maxBytes = 1_000): Promise<MediaVerdict> =>
  new FacebookMessenger({}, http).media.load(
    account,
    { type: 'audio', reference },
    { maxBytes, signal: AbortSignal.timeout(2_000) },
  );

test('content is loaded from its signed link, without our token', async () => {
  const verdict = await load(`${origin}/v/200/r%C3%A9sum%C3%A9.mp4?oe=6AD2EA4D`);
  expect(verdict).toMatchObject({ kind: 'loaded', name: 'résumé.mp4', mimeType: 'audio/mp4' });
  expect(verdict.kind === 'loaded' && (await buffer(verdict.body)).length).toBe(1_000);
  expect(asked.map(({ url }) => url)).toEqual(['/v/200/r%C3%A9sum%C3%A9.mp4?oe=6AD2EA4D']);
  expect(JSON.stringify(asked)).not.toContain('EAATest');
});

test.each<[string, string, string]>([
  ['an expired link', '/403', 'permanent'],
  ['a link that is gone', '/410', 'permanent'],
  ['nothing there', '/404', 'permanent'],
  ['a network in trouble', '/503', 'retry'],
  ['too many calls', '/429', 'retry'],
])('%s', async (_, path, expected) => {
  expect(await load(`${origin}${path}`)).toMatchObject({
    kind: 'refused',
    class: expected,
    sentence: expect.stringMatching(/^\p{L}.*[.]$/u) as string,
  });
});

test('what is larger than allowed is refused, or breaks off', async () => {
  const verdict = await load(`${origin}/200`, 999);
  if (verdict.kind === 'loaded') await expect(buffer(verdict.body)).rejects.toThrow();
  else expect(verdict.class).toBe('too_large');
});

test('an address that is not to be asked is never asked; one that does not answer is asked later', async () => {
  expect(await load('http://169.254.169.254/latest')).toMatchObject({ class: 'permanent' });
  expect(await load('file:///etc/passwd')).toMatchObject({ class: 'permanent' });
  cdn.closeAllConnections();
  await new Promise((resolve) => cdn.close(resolve));
  expect(await load(`${origin}/200`)).toMatchObject({ class: 'retry' });
});
