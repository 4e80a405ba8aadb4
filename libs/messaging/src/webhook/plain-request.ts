import type { WebhookRequest } from '#messenger-kit';

/** A POST in its plainest form. Its headers are those Node's parser would find, by their names in small letters. */
export interface PlainRequest extends WebhookRequest {
  readonly target: string;
}

const END_OF_HEAD = '\r\n\r\n';
/** Half of what Node's parser takes. */
const MOST_HEAD_BYTES = 8 * 1024;
/** Up to its last line break. No folded lines, no blank before a colon, nothing beyond printable ASCII. */
const HEAD = /^POST (\/[!-~]*) HTTP\/1\.1\r\n(?:[\w-]+:[ -~]*\r\n)+$/;
const LENGTH = /^(?:0|[1-9]\d{0,6})$/;
/** What these say changes how a request is to be read or answered; two are no plain text once they are read. */
const MEANINGFUL = new Set([
  'transfer-encoding',
  'expect',
  'upgrade',
  'trailer',
  'te',
  'proxy-connection',
  'set-cookie',
  '__proto__',
]);

/**
 * The one request that these bytes are, from the first to the last. Undefined for everything that has more than one way to
 * be understood, and for what may be longer or shorter than that: Node's parser decides there. So whatever is read here is
 * read in the same way by it.
 */
export function readPlainRequest(bytes: Buffer): PlainRequest | undefined {
  const end = bytes.indexOf(END_OF_HEAD);
  if (end < 0 || end > MOST_HEAD_BYTES) return undefined;
  const head = bytes.toString('latin1', 0, end + 2);
  const line = HEAD.exec(head);
  if (!line) return undefined;
  const headers = readHeaders(head);
  if (headers?.host === undefined) return undefined;
  const { connection, 'content-length': length = '' } = headers;
  if (connection !== undefined && connection.toLowerCase() !== 'keep-alive') return undefined;
  const body = bytes.subarray(end + END_OF_HEAD.length);
  if (!LENGTH.test(length) || Number(length) !== body.length) return undefined;
  return { target: line[1]!, headers, body };
}

/** Undefined when one comes twice, or one of them is not for here. */
function readHeaders(head: string): Record<string, string> | undefined {
  const headers: Record<string, string> = {};
  for (let at = head.indexOf('\n') + 1; at < head.length;) {
    const colon = head.indexOf(':', at);
    const end = head.indexOf('\r', colon);
    const name = head.slice(at, colon).toLowerCase();
    if (MEANINGFUL.has(name) || Object.hasOwn(headers, name)) return undefined;
    headers[name] = head.slice(colon + 1, end).trim();
    at = end + 2;
  }
  return headers;
}
