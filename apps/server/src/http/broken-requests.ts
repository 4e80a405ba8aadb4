import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { problemBody } from '#api-kit';
import { newId } from '#database';
import { ofStatus } from '../http-errors.filter.js';

const STATUS_OF: Readonly<Record<string, number>> = {
  ERR_HTTP_REQUEST_TIMEOUT: 408,
  HPE_HEADER_OVERFLOW: 431,
  HPE_CHUNK_EXTENSIONS_OVERFLOW: 413,
};

/**
 * Answers what never became a request: what is no HTTP, has too large a head, or did not come in time. It is a problem
 * document like every other error, written here because there is no reply to send it with. The connection ends.
 */
export function answerBrokenRequest({ code }: NodeJS.ErrnoException, socket: Socket): void {
  if (code === 'ECONNRESET' || socket.destroyed) return;
  const status = STATUS_OF[code ?? ''] ?? 400;
  const requestId = newId();
  const body = JSON.stringify(problemBody(requestId, ofStatus(status)));
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}`,
    'Content-Type: application/problem+json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${requestId}`,
    "Content-Security-Policy: default-src 'none'",
    'X-Content-Type-Options: nosniff',
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}
