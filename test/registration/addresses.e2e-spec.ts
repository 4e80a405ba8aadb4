import { request } from 'node:http';
import { openHouse, type House } from '../support/house.js';

/**
 * Addresses an admin, or somebody in between, could give us: none of them makes this server call into its own network, or
 * send a sign-in elsewhere. Real: the built server, PostgreSQL, sockets. Simulated: the messengers.
 */
let house: House;

beforeAll(async () => {
  house = await openHouse({ agents: 1 });
}, 120_000);
afterAll(() => house?.close());

test.each([
  'http://127.0.0.1:5432/',
  'https://127.0.0.1/',
  'https://127.0.0.1./',
  'https://2130706433/',
  'https://0x7f000001/',
  'https://0177.0.0.1/',
  'https://127.1/',
  'https://[::1]/',
  'https://[::ffff:127.0.0.1]/',
  'https://[::ffff:7f00:1]/',
  'https://[64:ff9b::7f00:1]/',
  'https://[fe80::1]/',
  'https://[fd00::1]/',
  'https://localhost/',
  'https://LOCALHOST./',
  'https://crm.localhost/',
  'https://０.０.０.０/',
  'https://0/',
  'https://10.0.0.1/',
  'https://100.64.0.1/',
  'https://169.254.169.254/latest/meta-data/',
  'https://172.16.0.1/',
  'https://192.168.1.1/',
  'https://user:pass@example.com/',
  'https://example.com@127.0.0.1/',
  'http://example.com/',
  'ftp://example.com/',
  'file:///etc/passwd',
  'gopher://127.0.0.1:6379/_FLUSHALL',
  'javascript:alert(1)',
  'data:text/plain,x',
  '//example.com/',
  'https:\\\\127.0.0.1\\',
  'https://127.0.0.1\t/',
])('a system at %j is not connected', async (url) => {
  const { admin, queueId } = house.team;
  const answer = await admin.post('/v1/channels', { messenger: 'http', queueId, credentials: { url } });
  expect(answer.status).toBe(422);
});

test.each(['7193405826:A/../../file', '1:a?x=', '1:a#', '1:a%2f..', 'x', '../1:a'])(
  'a bot token %j becomes no part of an address',
  async (botToken) => {
    const { admin, queueId } = house.team;
    const before = house.simulator.ledger.calls.length;
    const answer = await admin.post('/v1/channels', { messenger: 'telegram', queueId, credentials: { botToken } });
    expect(answer).toMatchObject({ status: 422, body: { code: 'token_malformed' } });
    expect(house.simulator.ledger.calls).toHaveLength(before);
  },
);

test('where a sign-in comes back to follows from the configuration, whatever a request says', async () => {
  const { admin } = house.team;
  const { port } = new URL(house.server.url);
  const headers = {
    ...admin.authorization,
    'content-type': 'application/json',
    host: 'evil.example',
    'x-forwarded-host': 'evil.example',
    'x-forwarded-proto': 'https',
    forwarded: 'host=evil.example;proto=https',
    origin: 'https://evil.example',
  };
  const body = await new Promise<string>((resolve, reject) => {
    const call = request({ port, host: '127.0.0.1', method: 'POST', path: '/v1/channels/facebook/sign-in', headers });
    call.on('response', (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString())).on('end', () => resolve(text));
    });
    call.on('error', reject).end('{}');
  });
  const { url } = JSON.parse(body) as { url: string };
  expect(new URL(url).origin).toBe(house.simulator.url);
  expect(new URL(url).searchParams.get('redirect_uri')).toBe(`${house.server.url}/v1/channels/facebook/callback`);
  expect(body).not.toContain('evil.example');
});

test.each(['redirectUri', 'redirect_uri', 'graphUrl', 'url', 'state'])(
  'a sign-in takes no %s from a request',
  async (name) => {
    const answer = await house.team.admin.post('/v1/channels/facebook/sign-in', { [name]: 'https://evil.example' });
    expect(answer.status).toBe(422);
  },
);
