import { eventually } from '../support/eventually.js';
import { openHouse, type House } from '../support/house.js';

/** What a bot looks like. Real: the built server, its jobs, PostgreSQL, sockets, the disk. Simulated: Telegram. */
let house: House;

beforeAll(async () => {
  house = await openHouse({ agents: 1 });
}, 120_000);
afterAll(() => house?.close());

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const picture = (mark: string) => Buffer.concat([PNG, Buffer.from(mark)]);

interface View {
  readonly id: string;
  readonly pictureUrl: string | null;
}

async function shownOf(id: string): Promise<string> {
  const look = async () => (await house.team.admin.read<View>(`/v1/channels/${id}`)).pictureUrl ?? undefined;
  return eventually(look, 30_000, 'a picture');
}

async function bytesAt(url: string) {
  const answer = await fetch(house.server.url + url);
  return {
    status: answer.status,
    type: answer.headers.get('content-type'),
    body: Buffer.from(await answer.arrayBuffer()),
  };
}

test('a bot’s picture is kept here, shown by a link without the token, renewed, and gone with the channel', async () => {
  const { admin, queueId } = house.team;
  const bot = house.simulator.createBot({ picture: picture('first') });
  const order = { messenger: 'telegram', queueId, credentials: { botToken: bot.token } };
  const { id } = await admin.created<View>('/v1/channels', order);
  const url = await shownOf(id);
  expect(url).not.toContain(bot.token);
  expect(await bytesAt(url)).toEqual({ status: 200, type: 'image/png', body: picture('first') });
  expect((await bytesAt(url.split('?')[0]!)).status).toBe(401);
  const { data } = await admin.read<{ data: View[] }>('/v1/channels');
  expect(data.find((one) => one.id === id)?.pictureUrl).toContain(url.split('?')[0]);

  house.simulator.world.bots.require(bot.id).picture = picture('second');
  await admin.created('/v1/channels', order);
  const next = await shownOf(id);
  expect((await bytesAt(next)).body).toEqual(picture('second'));
  expect((await bytesAt(url)).status).toBe(409);

  expect((await admin.call('DELETE', `/v1/channels/${id}`)).status).toBe(204);
  expect((await bytesAt(next)).status).toBe(409);
});

test('a bot without a picture, and a Telegram that does not tell, harm nothing', async () => {
  const { admin, queueId } = house.team;
  const plain = house.simulator.createBot();
  const shy = house.simulator.createBot({ picture: picture('shy') });
  const effect = { kind: 'reset', processed: false } as const;
  house.simulator.failCall({ match: { method: 'getUserProfilePhotos', account: shy.id }, effect });
  for (const { token } of [plain, shy]) {
    const order = { messenger: 'telegram', queueId, credentials: { botToken: token } };
    const made = await admin.post<View>('/v1/channels', order);
    expect(made).toMatchObject({ status: 201, body: { pictureUrl: null, health: 'ok' } });
  }
});
