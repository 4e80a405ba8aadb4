import { stderr, stdout } from 'node:process';
import { demoConfigFrom, type DemoConfig } from './config.js';
import { ADMIN, INSTAGRAM_APP, META_APP } from './demo/cast.js';
import { demoBlock } from './demo/demo-block.js';
import { freePort } from './demo/free-port.js';
import { furnishServer, furnishSimulator } from './demo/furnish.js';
import { ServerChild } from './demo/server-child.js';
import { startSimulator, type Simulator } from './simulator.js';

const HOST = '127.0.0.1';

const config = demoConfigFrom();
const simulator = await startSimulator({
  host: HOST,
  port: await freePort(HOST, config.simulatorPort),
  deliveryReceipts: true,
});
furnishSimulator(simulator);
const server = await startServer(config, simulator);

let stopping = false;
async function stop(exitCode: number): Promise<void> {
  if (stopping) return;
  stopping = true;
  await server.stop();
  await simulator.stop();
  process.exitCode = exitCode;
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void stop(0));
server.onExit(() => {
  if (!stopping) stderr.write(`The server ended. The end of ${server.logFile}:\n${server.tail()}\n`);
  void stop(1);
});

try {
  await server.ready();
  await furnishServer(server.url, simulator);
  stdout.write(demoBlock(server.url, simulator.url, config.dataDir));
} catch (error) {
  if (!stopping) stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  await stop(1);
}

/** The server with the simulator in the place of the messengers. */
async function startServer(
  { serverPort, dataDir, environment }: DemoConfig,
  messengers: Simulator,
): Promise<ServerChild> {
  const port = await freePort(HOST, serverPort);
  return new ServerChild(`http://${HOST}:${port}`, dataDir, {
    ...environment,
    HOST,
    PORT: String(port),
    PARLEY_DATA_DIR: dataDir,
    PARLEY_ADMIN_EMAIL: ADMIN.email,
    PARLEY_ADMIN_PASSWORD: ADMIN.password,
    PARLEY_PUBLIC_URL: `http://${HOST}:${port}`,
    PARLEY_GRAPH_URL: messengers.url,
    PARLEY_FACEBOOK_DIALOG_URL: messengers.url,
    PARLEY_LINE_API_URL: messengers.url,
    PARLEY_LINE_DATA_URL: messengers.url,
    PARLEY_TELEGRAM_API_URL: messengers.url,
    PARLEY_INSTAGRAM_GRAPH_URL: `${messengers.url}/instagram`,
    PARLEY_INSTAGRAM_API_URL: `${messengers.url}/instagram`,
    PARLEY_INSTAGRAM_DIALOG_URL: `${messengers.url}/instagram`,
    PARLEY_INSTAGRAM_APP_ID: INSTAGRAM_APP.id,
    PARLEY_INSTAGRAM_APP_SECRET: INSTAGRAM_APP.secret,
    PARLEY_VIBER_API_URL: messengers.url,
    PARLEY_META_APP_ID: META_APP.id,
    PARLEY_META_APP_SECRET: META_APP.secret,
    PARLEY_META_VERIFY_TOKEN: META_APP.verifyToken,
  });
}
