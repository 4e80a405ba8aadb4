import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import * as fc from 'fast-check';
import { readPlainRequest } from './plain-request.js';

/** Real: Node's own parser, over sockets. */
let server: Server;
let heard: { method: unknown; target: unknown; headers: unknown; body: string }[] = [];
beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method, url, headers } = request;
      heard.push({ method, target: url, headers, body: Buffer.concat(chunks).toString('latin1') });
      response.end();
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});

/** What Node makes of these bytes and nothing after them. */
async function understoodByNode(bytes: Buffer) {
  heard = [];
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.on('error', () => undefined).resume();
  socket.end(bytes);
  await once(socket, 'close');
  return heard;
}

const request = (headers: string, body = '{}', line = 'POST /a/b?c=d HTTP/1.1') =>
  Buffer.from(`${line}\r\n${headers}\r\n${body}`, 'latin1');
const PLAIN = 'Host: x\r\nContent-Length: 2\r\n';

it('a POST with a body of the length it names is read', () => {
  expect(readPlainRequest(request(`${PLAIN}X-Proof:  of sender \r\nConnection: Keep-Alive\r\nEmpty:\r\n`))).toEqual({
    target: '/a/b?c=d',
    headers: { host: 'x', 'content-length': '2', 'x-proof': 'of sender', connection: 'Keep-Alive', empty: '' },
    body: Buffer.from('{}'),
  });
});

it.each([
  ['another method', request(PLAIN, '{}', 'PUT /a HTTP/1.1')],
  ['another version', request(PLAIN, '{}', 'POST /a HTTP/1.0')],
  ['a whole address', request(PLAIN, '{}', 'POST http://x/a HTTP/1.1')],
  ['less body than named', request('Host: x\r\nContent-Length: 3\r\n')],
  ['more body than named', request('Host: x\r\nContent-Length: 1\r\n')],
  ['no length', request('Host: x\r\n', '')],
  ['two lengths', request(`${PLAIN}content-length: 2\r\n`)],
  ['a length with a sign', request('Host: x\r\nContent-Length: +2\r\n')],
  ['a length with a zero before it', request('Host: x\r\nContent-Length: 02\r\n')],
  ['a body in pieces', request(`${PLAIN}Transfer-Encoding: chunked\r\n`)],
  ['a question before the body', request(`${PLAIN}Expect: 100-continue\r\n`)],
  ['a connection that ends', request(`${PLAIN}Connection: close\r\n`)],
  ['another protocol', request(`${PLAIN}Connection: upgrade\r\nUpgrade: websocket\r\n`)],
  ['no host', request('Content-Length: 2\r\n')],
  ['two hosts', request(`${PLAIN}host: y\r\n`)],
  ['a header twice', request(`${PLAIN}X-A: 1\r\nx-a: 2\r\n`)],
  ['a folded line', request(`${PLAIN}X-A: 1\r\n 2\r\n`)],
  ['a blank before the colon', request(`${PLAIN}X-A : 1\r\n`)],
  ['a control character', request(`${PLAIN}X-A: \u0000\r\n`)],
  ['a tab', request(`${PLAIN}X-A: a\tb\r\n`)],
  ['a letter beyond ASCII', request(`${PLAIN}X-A: ä\r\n`)],
  ['a lone line feed', request(`${PLAIN}X-A: 1\n`)],
  ['a name that every object has', request(`${PLAIN}__proto__: 1\r\n`)],
  ['a head without end', Buffer.from('POST /a HTTP/1.1\r\nHost: x\r\n')],
  ['a large head', request(`${PLAIN}X-A: ${'a'.repeat(9_000)}\r\n`)],
  ['a line break first', Buffer.concat([Buffer.from('\r\n'), request(PLAIN)])],
  ['nothing', Buffer.alloc(0)],
])('%s is left to Node', (_what, bytes) => {
  expect(readPlainRequest(bytes)).toBeUndefined();
});

const oddly = <T>(usual: fc.Arbitrary<T>, odd: fc.Arbitrary<T>) =>
  fc.oneof({ arbitrary: usual, weight: 8 }, { arbitrary: odd, weight: 1 });
const NAMES = [
  'X-Hub-Signature-256',
  'X-A',
  'x-a',
  'Accept',
  'Cookie',
  'constructor',
  'User_Agent',
  'Via',
  'Date',
  'A1',
];
const ODD_NAMES = [
  'Transfer-Encoding',
  'Content-Length',
  'Connection',
  'Keep-Alive',
  'Host',
  'Expect',
  'Set-Cookie',
  'TE',
  'Trailer',
  'Upgrade',
  'Proxy-Connection',
  'X A',
  '__proto__',
];
const value = oddly(
  fc.string({ unit: fc.constantFrom(...'aZ09 =/;:,"-') }),
  fc.constantFrom('chunked', '7', 'close', 'keep-alive', '\ta', 'a\rb', 'a\nb', 'ä', '\u0000', 'gzip', '100-continue'),
);
const header = fc.record({
  name: oddly(fc.constantFrom(...NAMES), fc.constantFrom(...ODD_NAMES)),
  colon: oddly(fc.constantFrom(': ', ':', ':  '), fc.constantFrom(' :', ':\t', '', ' ')),
  value,
  end: oddly(fc.constant('\r\n'), fc.constantFrom('\n', '\r', '\r\n ', ' \r\n', '\r\r\n')),
});
const raw = fc
  .record({
    before: oddly(fc.constant(''), fc.constantFrom('\r\n', ' ')),
    method: oddly(fc.constant('POST'), fc.constantFrom('PUT', 'post', 'POS')),
    target: oddly(fc.constantFrom('/', '/a?b=%20', '/a#b', '/a"<>|'), fc.constantFrom('*', '/a b', '/ä', 'x', '//y')),
    version: oddly(fc.constant('HTTP/1.1'), fc.constantFrom('HTTP/1.0', 'HTTP/2.0', 'HTTP/1.1 ', 'http/1.1')),
    headers: fc.array(header, { maxLength: 4 }),
    host: oddly(fc.constant('Host: x\r\n'), fc.constant('')),
    body: fc.string({ maxLength: 12, unit: fc.constantFrom(...'{"a\r\n0') }),
    more: oddly(fc.constant(0), fc.integer({ min: -2, max: 2 })),
    break: oddly(fc.constant('\r\n'), fc.constantFrom('\n', '')),
  })
  .map((it) => {
    const lines = it.headers.map(({ name, colon, value: text, end }) => `${name}${colon}${text}${end}`).join('');
    const length = `Content-Length: ${it.body.length + it.more}\r\n`;
    const head = `${it.before}${it.method} ${it.target} ${it.version}\r\n${it.host}${lines}${length}${it.break}`;
    return Buffer.from(head + it.body, 'latin1');
  });

it('whatever is read is what Node reads, and all that Node reads', async () => {
  let read = 0;
  await fc.assert(
    fc.asyncProperty(raw, async (bytes) => {
      const plain = readPlainRequest(bytes);
      if (!plain) return;
      read += 1;
      const { target, headers, body } = plain;
      const same = { method: 'POST', target, headers, body: body.toString('latin1') };
      expect(await understoodByNode(bytes)).toEqual([same]);
    }),
    { numRuns: 2_000 },
  );
  expect(read).toBeGreaterThan(200);
});
