import { embeddedDatabaseOf } from './support/embedded-database.js';
import { eventually } from './support/eventually.js';
import { ServerProcess } from './support/server.js';

/** Real: npm, the built server, its embedded database. What npm is told, or the terminal it runs in, reaches the server. */
let server: ServerProcess;
afterAll(async () => {
  await server?.kill();
  await server?.dispose();
});

test('a SIGTERM to npm stops server and database in order', async () => {
  server = await ServerProcess.start({ byNpm: true });
  const { postmaster } = embeddedDatabaseOf(server);
  server.signal('SIGTERM');
  await eventually(() => server.output.includes('"msg":"stopped"'), 15_000, 'a stopped server');
  await eventually(() => !exists(postmaster) && !server.isRunning, 5_000, 'the end of what npm ran');
}, 90_000);

test('Ctrl-C reaches npm and the server, and is one signal', async () => {
  server = await server.restart();
  server.signalGroup('SIGINT');
  await eventually(() => !server.isRunning, 15_000, 'the end of what npm ran');
  expect(server.output).toContain('"msg":"stopped"');
  expect(server.output).not.toContain('again');
}, 90_000);

function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
