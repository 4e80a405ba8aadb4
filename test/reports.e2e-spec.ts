import type { Api } from './support/api.js';
import { anOpenChat, aCustomer, openDesk, type OpenChat } from './support/desk.js';
import { eventually } from './support/eventually.js';
import type { House } from './support/house.js';

interface Rows {
  readonly data: Record<string, unknown>[];
}

/** Real: the built server, PostgreSQL. Simulated: the messengers. */
let house: House;
let closed: OpenChat;
const day = (time = Date.now()) => new Date(time).toISOString().slice(0, 10);
/** Yesterday to tomorrow: midnight may come while the tests run. */
const days = `from=${day(Date.now() - 86_400_000)}&to=${day(Date.now() + 86_400_000)}&unit=all`;

beforeAll(async () => {
  house = await openDesk({ agents: 2 });
  closed = await anOpenChat(house, aCustomer(house, 'telegram'));
  await closed.sent('Good day');
  await closed.close();
  await anOpenChat(house, aCustomer(house, 'facebook'));
}, 120_000);
afterAll(() => house?.close());

const report = (api: Api, path: string) => api.read<Rows>(`/v1/reports/${path}`);

it('tells volumes and times of chats', async () => {
  const { admin, queueId } = house.team;
  const { data } = await report(admin, `chats?${days}&by=queue`);
  expect(data).toEqual([
    expect.objectContaining({
      ...{ id: queueId, name: 'Shop', opened: 2, closed: 1, closedByAgent: 1, closedBySupervisor: 0 },
      ...{ closedByTimeout: 0, neverAccepted: 0, inboundMessages: 1, outboundMessages: 1 },
    }),
  ]);
  const { waitingMean, acceptP90, firstReplyMedian, durationMean } = data[0] as Record<string, number>;
  expect([waitingMean! >= 0, acceptP90 === waitingMean, firstReplyMedian! >= acceptP90!]).toEqual([true, true, true]);
  expect(durationMean).toBeGreaterThanOrEqual(firstReplyMedian!);
});

it('tells agents about themselves, supervisors about all', async () => {
  const [anna, ben] = house.team.agents;
  expect((await report(anna!.api, `chats?${days}`)).data).toMatchObject([{ opened: 2, closed: 1 }]);
  expect((await report(ben!.api, `chats?${days}`)).data).toEqual([]);
  expect((await report(anna!.api, `load?${days}`)).data).toMatchObject([{ agentId: anna!.id, taken: 2 }]);
  expect((await report(house.team.admin, `load?${days}`)).data).toMatchObject([{ agentName: anna!.name }]);
  const states = await report(house.team.admin, `states?${days}`);
  const active = states.data.filter(({ state }) => state === 'active').map(({ agentId }) => agentId);
  expect(new Set(active)).toEqual(new Set([anna!.id, ben!.id]));
  expect(await ben!.api.get(`/v1/reports/load?${days}&agentId=${anna!.id}`)).toMatchObject({ status: 404 });
});

it('gives the same as a file, in which nothing is a formula', async () => {
  const { admin, queueId } = house.team;
  await admin.changed(`/v1/queues/${queueId}`, { name: '=cmd|"/c calc", Füße' });
  const { status, headers, body } = await admin.get<string>(`/v1/reports/chats.csv?${days}&by=queue&bom=true`);
  expect([status, headers.get('content-type')]).toEqual([200, 'text/csv; charset=utf-8; header=present']);
  expect(headers.get('content-disposition')).toBe('attachment; filename="chats.csv"');
  const [head, line, end] = body.split('\r\n');
  expect(head).toMatch(/^period,id,name,opened,closed,/);
  expect(line).toContain(`,${queueId},"'=cmd|""/c calc"", Füße",2,1,1,0,0,0,1,1,`);
  expect(end).toBe('');
  for (const name of ['load', 'states'])
    expect(await admin.get(`/v1/reports/${name}.csv?${days}`)).toMatchObject({ status: 200 });
});

it.each([
  ['', '?to'],
  ['from=2026-01-01&to=2028-01-01', '?to'],
  ['from=2026-01-02&to=2026-01-01', '?to'],
  ['from=2026-01-01&to=2026-01-01&timeZone=Mars', '?timeZone'],
  ['from=2026-01-01&to=2026-01-01&unit=year', '?unit'],
  ['from=2026-01-01&to=2026-01-01&bom=yes', '?bom'],
])('refuses “%s”', async (query, pointer) => {
  const { status, body } = await house.team.admin.get<{ errors: { pointer: string }[] }>(
    `/v1/reports/chats.csv?${query}`,
  );
  expect(status).toBe(422);
  expect(body.errors.map((error) => error.pointer)).toContain(pointer);
});

it('keeps many reports at once from anybody else’s way', async () => {
  const asked = Array.from({ length: 40 }, () => house.team.admin.get<{ code: string }>(`/v1/reports/chats?${days}`));
  expect(await house.team.admin.get('/v1/me')).toMatchObject({ status: 200 });
  const answers = await Promise.all(asked);
  expect(answers.every(({ status, body }) => status === 200 || body.code === 'too_many_reports')).toBe(true);
  await eventually(async () => (await house.team.admin.get(`/v1/reports/chats?${days}`)).status === 200);
});
