import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { APP_SECRET } from './webhooks.js';

/** The floor under every webhook server: read the body, check the signature, parse, answer. Stores nothing. */
const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const body = Buffer.concat(chunks);
    response.statusCode = isAuthentic(request, body) && JSON.parse(body.toString()) ? 200 : 401;
    response.setHeader('content-length', 0);
    response.end();
  });
});

function isAuthentic(request: IncomingMessage, body: Buffer): boolean {
  const given = Buffer.from(String(request.headers['x-hub-signature-256'] ?? '').slice(7), 'hex');
  const expected = createHmac('sha256', APP_SECRET).update(body).digest();
  return given.length === expected.length && timingSafeEqual(given, expected);
}

server.listen(Number(process.argv[2]), '127.0.0.1');
