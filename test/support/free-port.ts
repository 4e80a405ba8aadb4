import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/** Below those the system gives to outgoing connections, which would take one that a server is about to use, or to use again. */
const FIRST_PORT = 20_000;
const PORTS_OF_A_ROW = 300;
const ROWS = 40;

let row: Promise<number> | undefined;
let given = 0;

/** A port nobody listens on, and that no other process of tests gives away meanwhile, be it another worker or another checkout's. */
export async function freePort(): Promise<number> {
  const first = await (row ??= aRow());
  for (let tries = 1; tries < PORTS_OF_A_ROW; tries += 1) {
    const port = first + 1 + (given++ % (PORTS_OF_A_ROW - 1));
    const server = await listenerAt(port);
    if (!server) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
  throw new Error('Every port of this row is taken');
}

/** Whoever listens on the first port of a row has the others, as long as the process lives. */
async function aRow(): Promise<number> {
  for (let first = FIRST_PORT; first < FIRST_PORT + ROWS * PORTS_OF_A_ROW; first += PORTS_OF_A_ROW) {
    const server = await listenerAt(first);
    if (!server) continue;
    server.unref();
    return first;
  }
  throw new Error('Every row of ports is taken');
}

async function listenerAt(port: number): Promise<Server | undefined> {
  const server = createServer().listen(port, '127.0.0.1');
  return once(server, 'listening').then(
    () => server,
    () => undefined,
  );
}
