import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { isAlive } from '../libs/database/src/embedded/pid-file.js';
import { embeddedDatabaseOf } from './support/embedded-database.js';
import { eventually } from './support/eventually.js';
import { ServerProcess } from './support/server.js';

/** Real: npm, the built server, its embedded database. What npm is told, or the terminal it runs in, reaches the server. */
let server: ServerProcess;
let caller: Socket | undefined;
afterAll(async () => {
  caller?.destroy();
  // A server whose npm has ended is still of its group.
  if (isAlive(-server.pid)) server.signalGroup('SIGTERM');
  await eventually(() => !isAlive(-server.pid));
  await server.dispose();
}, 60_000);

test('a SIGTERM to npm stops server and database in order', async () => {
  server = await ServerProcess.start({ byNpm: true });
  const { postmaster } = embeddedDatabaseOf(server);
  server.signal('SIGTERM');
  await eventually(() => server.output.includes('"msg":"stopped"'), 15_000, 'a stopped server');
  await eventually(() => !isAlive(postmaster) && !server.isRunning, 5_000, 'the end of what npm ran');
}, 90_000);

test('Ctrl-C reaches npm and the server, and is one signal', async () => {
  server = await server.restart();
  server.signalGroup('SIGINT');
  await eventually(() => !server.isRunning, 15_000, 'the end of what npm ran');
  expect(server.output).toContain('"msg":"stopped"');
  expect(server.output).not.toContain('again');
}, 90_000);

test('a second Ctrl-C a moment later does not wait for who is being answered', async () => {
  server = await server.restart();
  caller = connect(server.options.port, '127.0.0.1').on('error', () => undefined);
  await once(caller, 'connect');
  caller.write(
    'POST /v1/auth/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{',
  );
  await fetch(`${server.url}/health/ready`);
  const insist = () => {
    if (server.isRunning) server.signalGroup('SIGINT');
    return !server.isRunning;
  };
  await eventually(insist, 5_000, 'the end of what npm ran');
  expect(server.output).toContain('SIGINT again: leaving at once');
  // Nobody told the database, which the next start would take over.
  const { postmaster } = embeddedDatabaseOf(server);
  process.kill(postmaster, 'SIGINT');
  await eventually(() => !isAlive(postmaster));
}, 90_000);
