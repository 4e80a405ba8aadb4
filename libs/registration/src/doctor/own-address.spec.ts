import { randomBytes } from 'node:crypto';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KeyRing } from '#database';
import { WebhookProbe } from '../webhook-probe.js';
import { OwnAddress } from './own-address.js';

/** Real: HTTP on loopback, and the guarded client. */
const probe = new WebhookProbe(new KeyRing([randomBytes(32).toString('base64')]));
let server: Server;
let answer: RequestListener;
let url: string;

beforeAll(async () => {
  server = createServer((request, response) => answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

const nonceOf = (address: string | undefined) => new URL(address ?? '', url).searchParams.get(WebhookProbe.MEMBER);

async function reached(publicUrl: string, webhookUrl = `${publicUrl}/webhooks/pigeon/k`) {
  const own = new OwnAddress(publicUrl, probe);
  const findings = await own.findings(webhookUrl);
  await own.onApplicationShutdown();
  return findings.find(({ code }) => code === 'webhook_reachable');
}

test('this server answers', async () => {
  answer = (request, response) => void response.end(probe.answerTo(nonceOf(request.url)));
  expect(await reached(url)).toMatchObject({ state: 'ok' });
});

test.each<[string, RequestListener]>([
  ['another page', (_, response) => void response.end('<html>Welcome</html>')],
  ['the nonce itself', (request, response) => void response.end(nonceOf(request.url))],
  ['not found', (_, response) => void response.writeHead(404).end()],
  ['a redirect', (_, response) => void response.writeHead(302, { location: 'http://169.254.169.254/' }).end()],
])('somebody else answers: %s', async (_, listener) => {
  answer = listener;
  expect(await reached(url)).toMatchObject({ state: 'broken' });
});

test('nobody answers: that may be the network’s fault', async () => {
  expect(await reached('http://127.0.0.1:1')).toMatchObject({ state: 'warning' });
});

test('only the configured origin may be private', async () => {
  answer = (request, response) => void response.end(probe.answerTo(nonceOf(request.url)));
  const finding = await reached('https://chat.example.com', `${url}/webhooks/pigeon/k`);
  expect(finding).toMatchObject({ state: 'warning', sentence: expect.stringContaining('blocked_address') as string });
});

test('what is no nonce of ours gets no answer', () => {
  for (const nonce of [null, '', 'x', 'a'.repeat(21), 'a'.repeat(23), '../../../../../../etc']) {
    expect(probe.answerTo(nonce)).toBeUndefined();
  }
});
