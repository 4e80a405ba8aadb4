import { setTimeout as sleep } from 'node:timers/promises';
import { startSimulator, type Simulator } from '../simulator.js';
import { call } from '../testing/connected.js';

let sim: Simulator;

beforeEach(async () => {
  sim = await startSimulator();
});

afterEach(() => sim.stop());

function aBot() {
  const { id, token } = sim.createBot();
  const send = (person: string, text = 'x') => {
    const who = { messenger: 'telegram', account: id, person } as const;
    sim.acquaint(who);
    return call(sim, `/bot${token}/sendMessage`, { chat_id: Number(sim.personId(who)), text });
  };
  return { id, token, send };
}

test('a chat has its rate, and until the told time is over nothing passes there', async () => {
  sim.behave({ flood: { perChat: { perSecond: 1, burst: 2 } } });
  const { id, send } = aBot();
  const statuses = [];
  for (let n = 0; n < 4; n++) statuses.push((await send('A')).status);
  expect(statuses).toEqual([200, 200, 429, 429]);
  expect((await send('B')).status).toBe(200);
  const refused = sim.ledger.calls.find(({ status }) => status === 429)!;
  expect(refused.retryAfter).toBe(1);
  await sleep(refused.at + 1_000 - Date.now());
  expect((await send('A')).status).toBe(200);
  const [early, late] = sim.waits({ account: id, personId: refused.personId });
  expect(early?.tookMs).toBeLessThan(900);
  expect(late!.tookMs! + early!.tookMs!).toBeGreaterThanOrEqual(900);
});

test('a bot has its rate over all chats, with the seconds one likes', async () => {
  sim.behave({ flood: { perBot: { perSecond: 0.01, burst: 3 }, retryAfter: 7 } });
  const { send } = aBot();
  for (const person of ['A', 'B', 'C']) expect((await send(person)).status).toBe(200);
  expect(await send('D')).toEqual({
    status: 429,
    body: {
      ok: false,
      error_code: 429,
      description: 'Too Many Requests: retry after 7',
      parameters: { retry_after: 7 },
    },
  });
  sim.behave({ flood: undefined });
  expect((await send('D')).status).toBe(200);
});

test('who comes too early is refused although there would be room again', async () => {
  sim.behave({ flood: { perChat: { perSecond: 0.1, burst: 1 }, retryAfter: 5 } });
  const { send } = aBot();
  expect([(await send('A')).status, (await send('A')).status]).toEqual([200, 429]);
  sim.behave({ flood: { perChat: { perSecond: 10_000, burst: 1 }, retryAfter: 5 } });
  expect((await send('A')).status).toBe(429);
});

test.each([
  ['http://chat.example.com/hook', 'An HTTPS URL must be provided for webhook'],
  ['https://127.0.0.1/hook', 'IP address 127.0.0.1 is reserved'],
  ['https://10.0.0.7/hook', 'IP address 10.0.0.7 is reserved'],
  ['https://[::1]:8443/hook', 'IP address ::1 is reserved'],
  ['https://localhost/hook', 'IP address 127.0.0.1 is reserved'],
  ['https://1.1.1.1:3000/hook', 'Webhook can be set up only on ports 80, 88, 443 or 8443'],
  ['https://nowhere.invalid/hook', 'Failed to resolve host: Name or service not known'],
])('Telegram’s own servers refuse %s', async (url, reason) => {
  sim.behave({ officialWebhooks: true });
  const { token } = aBot();
  const answer = await call(sim, `/bot${token}/setWebhook`, { url });
  expect(answer).toMatchObject({ status: 400, body: { description: `Bad Request: bad webhook: ${reason}` } });
});

test('they take a public address, once a second', async () => {
  sim.behave({ officialWebhooks: true });
  const { token } = aBot();
  const set = () => call(sim, `/bot${token}/setWebhook`, { url: 'https://1.1.1.1:8443/hook' });
  expect((await set()).status).toBe(200);
  expect(await set()).toMatchObject({ status: 429, body: { parameters: { retry_after: 1 } } });
});
