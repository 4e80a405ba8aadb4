import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { BodyReader, BodyTooLarge, BodyTooSlow } from './read-body.js';

/** Real: HTTP over sockets. */
let server: Server;
let port: number;
beforeAll(async () => {
  server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  ({ port } = server.address() as AddressInfo);
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});

/** A request of this length, of which so much comes. */
async function aRequest(length: number, ...parts: (string | Buffer)[]) {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  const came = once(server, 'request') as Promise<[IncomingMessage]>;
  socket.write(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\n\r\n`);
  for (const part of parts) socket.write(part);
  return { socket, request: (await came)[0] };
}

test('a body in any pieces is read as it came', async () => {
  const { request } = await aRequest(6, 'ab', '\0\xff', 'e');
  expect((await new BodyReader(5_000).read(request)).toString('latin1')).toHaveLength(6);
});

test('one that does not end in time is given up', async () => {
  const { request } = await aRequest(100, 'ab');
  await expect(new BodyReader(100).read(request)).rejects.toBeInstanceOf(BodyTooSlow);
  expect(request.listenerCount('data')).toBe(0);
});

test('each has its own time, whoever came before', async () => {
  const reader = new BodyReader(300);
  const first = await aRequest(100, 'ab');
  const began = performance.now();
  const outcomes: string[] = [];
  const reading = expect(reader.read(first.request)).rejects.toBeInstanceOf(BodyTooSlow);
  await new Promise((resolve) => setTimeout(resolve, 150));
  const [second, third] = [await aRequest(100, 'ab'), await aRequest(2, 'ab')];
  const later = reader.read(second.request).catch(() => outcomes.push('second'));
  expect(await reader.read(third.request)).toHaveLength(2);
  await reading.then(() => outcomes.push('first'));
  await later;
  expect(outcomes).toEqual(['first', 'second']);
  expect(performance.now() - began).toBeGreaterThan(440);
});

test('one that is larger than five megabytes is given up', async () => {
  const { request } = await aRequest(6_000_000, Buffer.alloc(5_500_000));
  await expect(new BodyReader(5_000).read(request)).rejects.toBeInstanceOf(BodyTooLarge);
  expect(request.listenerCount('data')).toBe(0);
});

test('whose caller goes away is given up', async () => {
  const { socket, request } = await aRequest(100, 'ab');
  const reading = new BodyReader(5_000).read(request);
  socket.destroy();
  await expect(reading).rejects.toThrow('aborted');
});
