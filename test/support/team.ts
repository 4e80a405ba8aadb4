import type { Simulator } from '../../apps/simulator/src/simulator.js';
import type { Api } from './api.js';
import { ADMIN, INSTAGRAM_APP, META_APP, type RunningServer } from './server.js';

export const PAGE = '108326419507742';
/** The number of the samples, and the account it belongs to. */
export const NUMBER = { id: '116204873915508', accountId: '129473058216640' };
/** The Instagram account of the samples. */
export const INSTAGRAM_ACCOUNT = '17841906253847113';
/** The Viber bot of the samples. */
export const VIBER_BOT = {
  id: 'pa:61820947355028613409',
  token: '5a5a5a5a5a5a5a5a-3c3c3c3c3c3c3c3c-6b6b6b6b6b6b6b6b',
};
export const BOT_TOKEN = '7193405826:AAForSamplesOnlyNeverIssued77777777';

/** What every team has a channel on. */
export type TeamMessenger = 'facebook' | 'telegram';

export interface Agent {
  readonly id: string;
  readonly name: string;
  readonly api: Api;
}

/** A queue with active agents, and one channel on each messenger, all made through the public API. */
export interface Team {
  readonly admin: Api;
  readonly agents: readonly Agent[];
  readonly queueId: string;
  /** Channel id by messenger. */
  readonly channels: Readonly<Record<TeamMessenger, string>>;
  /** Account id by messenger, as the simulator knows it. */
  readonly accounts: Readonly<Record<TeamMessenger, string>>;
}

interface ChannelBody {
  readonly id: string;
  readonly webhookUrl: string;
}

export async function aTeam(server: RunningServer, simulator: Simulator, size = 2): Promise<Team> {
  const admin = await server.api.signIn(ADMIN.email, ADMIN.password);
  const { id: queueId } = await admin.created<{ id: string }>('/v1/queues', { name: 'Shop' });
  const agents = await Promise.all(
    Array.from({ length: size }, (_, number) => anAgent(server, admin, queueId, number)),
  );
  const bot = simulator.createBot({ token: BOT_TOKEN, name: 'Corner Shopdesk' });
  simulator.createApp({ id: META_APP.id, secret: META_APP.secret });
  const page = simulator.createPage({ id: PAGE, name: 'Corner store' });
  const telegram = await admin.created<ChannelBody>('/v1/channels', {
    messenger: 'telegram',
    queueId,
    credentials: { botToken: bot.token },
  });
  const facebook = await admin.created<ChannelBody>('/v1/channels', {
    messenger: 'facebook',
    queueId,
    credentials: { pageToken: page.token },
  });
  await simulator.setCallback({ app: META_APP.id, url: facebook.webhookUrl, verifyToken: META_APP.verifyToken });
  return {
    admin,
    agents,
    queueId,
    channels: { telegram: telegram.id, facebook: facebook.id },
    accounts: { telegram: bot.id, facebook: page.id },
  };
}

/** A WhatsApp number as one more channel of the team. The app's callback is set by connecting it. */
export async function aNumberOf({ admin, queueId }: Team, simulator: Simulator) {
  const number = simulator.createNumber({ ...NUMBER, name: 'Corner store', app: META_APP.id });
  const credentials = { phoneNumberId: number.id, accessToken: number.token };
  const channel = await admin.created<ChannelBody>('/v1/channels', { messenger: 'whatsapp', queueId, credentials });
  return { account: number.id, channelId: channel.id, webhookUrl: channel.webhookUrl, token: number.token };
}

/** An Instagram account as one more channel of the team. The app's callback is set as in Meta's dashboard. */
export async function anInstagramAccountOf({ admin, queueId }: Team, simulator: Simulator) {
  simulator.createInstagramApp(INSTAGRAM_APP);
  const account = simulator.createInstagramAccount({ id: INSTAGRAM_ACCOUNT, name: 'Corner store' });
  const credentials = { accessToken: account.token };
  const channel = await admin.created<ChannelBody>('/v1/channels', { messenger: 'instagram', queueId, credentials });
  const callback = { app: INSTAGRAM_APP.id, url: channel.webhookUrl, verifyToken: META_APP.verifyToken };
  await simulator.instagram.setCallback(callback);
  return { account: account.id, channelId: channel.id };
}

/** A Viber bot as one more channel of the team. */
export async function aViberBotOf({ admin, queueId }: Team, simulator: Simulator) {
  const bot = simulator.createViberBot({ ...VIBER_BOT, name: 'Corner store' });
  const credentials = { authToken: bot.token };
  const channel = await admin.created<ChannelBody>('/v1/channels', { messenger: 'viber', queueId, credentials });
  return { account: bot.id, channelId: channel.id, webhookUrl: channel.webhookUrl, token: bot.token };
}

/** The account of the samples. */
export const OFFICIAL_ACCOUNT = 'Uf4fca5a78367a3c24cdd34b377398366';

/** An official account on LINE as one more channel of the team. */
export async function anOfficialAccountOf({ admin, queueId }: Team, simulator: Simulator) {
  const { id, token, secret } = simulator.createOfficialAccount({ id: OFFICIAL_ACCOUNT, name: 'Corner store' });
  const credentials = { channelAccessToken: token, channelSecret: secret };
  const channel = await admin.created<ChannelBody>('/v1/channels', { messenger: 'line', queueId, credentials });
  return { account: id, channelId: channel.id, webhookUrl: channel.webhookUrl, credentials };
}

async function anAgent(server: RunningServer, admin: Api, queueId: string, number: number): Promise<Agent> {
  const name = `Agent ${number}`;
  const email = `agent${number}@example.com`;
  const password = `a long password of agent ${number}`;
  const { id } = await admin.created<{ id: string }>('/v1/users', { email, name, password, role: 'agent' });
  await admin.put(`/v1/queues/${queueId}/agents/${id}`);
  const api = await server.api.signIn(email, password);
  const state = await api.put('/v1/me/state', { state: 'active' });
  if (state.status !== 200) throw new Error(`The state was answered ${state.status}: ${JSON.stringify(state.body)}`);
  return { id, name, api };
}
