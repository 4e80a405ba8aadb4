import { startSimulator } from '../../apps/simulator/src/simulator.js';
import { freePort, startServer, stopProgram } from './processes.js';
import { APP_SECRET, PAGE } from './webhooks.js';

export type Page = Awaited<ReturnType<typeof connectPage>>;

const ADMIN = { email: 'bench@example.com', password: 'a password for the bench alone' };
const APP = { id: '287451903362718', secret: APP_SECRET };

/** The built server with one connected Page, ready for its webhooks. `admin` is who may connect it, if that is not the first one. */
export async function connectPage(databaseUrl: string, dataDir: string, admin = ADMIN) {
  const simulator = await startSimulator();
  const port = await freePort();
  const server = await startServer(
    {
      PORT: String(port),
      DATABASE_URL: databaseUrl,
      PARLEY_DATA_DIR: dataDir,
      PARLEY_ADMIN_EMAIL: ADMIN.email,
      PARLEY_ADMIN_PASSWORD: ADMIN.password,
      PARLEY_META_APP_ID: APP.id,
      PARLEY_META_APP_SECRET: APP.secret,
      PARLEY_META_VERIFY_TOKEN: 'bench',
      PARLEY_GRAPH_URL: simulator.url,
      PARLEY_TELEGRAM_API_URL: simulator.url,
    },
    port,
  );
  simulator.createApp(APP);
  const { token } = simulator.createPage({ id: PAGE });
  const call = async <Body>(path: string, body: object | undefined, bearer = '', method = 'POST'): Promise<Body> => {
    const headers = { authorization: `Bearer ${bearer}`, ...(body && { 'content-type': 'application/json' }) };
    const init = { method, headers, body: body && JSON.stringify(body) };
    const response = await fetch(`http://127.0.0.1:${port}${path}`, init);
    const text = await response.text();
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${text}`);
    return (text && JSON.parse(text)) as Body;
  };
  let accessToken = '';
  const signIn = async () => {
    ({ accessToken } = await call<{ accessToken: string }>('/v1/auth/sessions', admin));
  };
  await signIn();
  const connect = (queueId: string, pageToken: string) =>
    call<{ id: string; webhookUrl: string }>(
      '/v1/channels',
      { messenger: 'facebook', queueId, credentials: { pageToken } },
      accessToken,
    );
  const queue = await call<{ id: string }>('/v1/queues', { name: `Bench ${Date.now()}` }, accessToken);
  const channel = await connect(queue.id, token);
  return {
    port,
    pid: server.pid!,
    get accessToken() {
      return accessToken;
    },
    /** A token is good for 15 minutes: less than some measurements take. */
    signIn,
    /** A call of the API by the admin. */
    call: <Body>(to: string, body?: object, method?: string) => call<Body>(to, body, accessToken, method),
    simulator,
    /** Connects one more Page, whose chats come into that queue. `account` is its id at Meta. */
    anotherPage: async (queueId: string) => {
      const created = simulator.createPage({ app: APP.id });
      return { account: created.id, channelId: (await connect(queueId, created.token)).id };
    },
    path: new URL(channel.webhookUrl).pathname,
    stop: async () => {
      await stopProgram(server);
      await simulator.stop();
    },
  };
}
