import type { Simulation } from '../simulation.js';
import { ADMIN, AGENTS, BOT, INSTAGRAM_ACCOUNT, INSTAGRAM_APP, META_APP, NUMBER } from './cast.js';
import { OFFICIAL_ACCOUNT, PAGE, PEOPLE, QUEUE, VIBER_BOT } from './cast.js';
import { PublicApi } from './public-api.js';

interface Named {
  readonly id: string;
  readonly name: string;
}

/** The messengers' side: accounts and people. People count as having written, so that open chats can be answered. */
export function furnishSimulator(simulation: Simulation): void {
  simulation.createApp(META_APP);
  simulation.createPage({ ...PAGE, app: META_APP.id });
  simulation.createNumber({ ...NUMBER, app: META_APP.id });
  simulation.createInstagramApp(INSTAGRAM_APP);
  simulation.createInstagramAccount(INSTAGRAM_ACCOUNT);
  simulation.createViberBot(VIBER_BOT);
  simulation.createOfficialAccount(OFFICIAL_ACCOUNT);
  const bot = simulation.createBot(BOT);
  for (const { id: person } of PEOPLE.map((one) => simulation.createPerson(one))) {
    simulation.acquaint({ messenger: 'telegram', account: bot.id, person });
    simulation.acquaint({ messenger: 'facebook', account: PAGE.id, person });
    simulation.acquaint({ messenger: 'whatsapp', account: NUMBER.id, person });
    simulation.acquaint({ messenger: 'instagram', account: INSTAGRAM_ACCOUNT.id, person });
    simulation.acquaint({ messenger: 'viber', account: VIBER_BOT.id, person });
    simulation.acquaint({ messenger: 'line', account: OFFICIAL_ACCOUNT.id, person });
  }
}

/** The server's side, through its public API: agents, a queue, a channel on each messenger. What is there already is taken as it is. */
export async function furnishServer(serverUrl: string, simulation: Simulation): Promise<void> {
  const admin = await PublicApi.signIn(serverUrl, ADMIN.email, ADMIN.password);
  const queueId = await theQueue(admin);
  for (const agent of AGENTS) {
    const userId = await theUser(admin, agent);
    await admin.put(`/v1/queues/${queueId}/agents/${userId}`);
    const own = await PublicApi.signIn(serverUrl, agent.email, agent.password);
    await own.put('/v1/me/state', { state: 'active' });
  }
  await admin.post('/v1/channels', { messenger: 'telegram', queueId, credentials: { botToken: BOT.token } });
  await admin.post('/v1/channels', { messenger: 'viber', queueId, credentials: { authToken: VIBER_BOT.token } });
  const credentials = { pageToken: PAGE.token };
  const page = await admin.post<{ webhookUrl: string }>('/v1/channels', {
    messenger: 'facebook',
    queueId,
    credentials,
  });
  await admin.post('/v1/channels', {
    messenger: 'whatsapp',
    queueId,
    credentials: { phoneNumberId: NUMBER.id, accessToken: NUMBER.token },
  });
  const account = await admin.post<{ webhookUrl: string }>('/v1/channels', {
    messenger: 'instagram',
    queueId,
    credentials: { accessToken: INSTAGRAM_ACCOUNT.token },
  });
  const { verifyToken } = META_APP;
  await simulation.instagram.setCallback({ app: INSTAGRAM_APP.id, url: account.webhookUrl, verifyToken });
  await admin.post('/v1/channels', {
    messenger: 'line',
    queueId,
    credentials: { channelAccessToken: OFFICIAL_ACCOUNT.token, channelSecret: OFFICIAL_ACCOUNT.secret },
  });
  await simulation.setCallback({ app: META_APP.id, url: page.webhookUrl, verifyToken: META_APP.verifyToken });
}

async function theQueue(admin: PublicApi): Promise<string> {
  const queues = await admin.list<Named>('/v1/queues');
  const queue = queues.find(({ name }) => name === QUEUE) ?? (await admin.post<Named>('/v1/queues', { name: QUEUE }));
  return queue.id;
}

async function theUser(admin: PublicApi, agent: (typeof AGENTS)[number]): Promise<string> {
  const users = await admin.list<{ id: string; email: string }>('/v1/users');
  const user = users.find(({ email }) => email === agent.email);
  return (user ?? (await admin.post<Named>('/v1/users', { ...agent, role: 'agent' }))).id;
}
