import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { S3Options } from '../attachments-options.js';

export interface S3StandIn {
  readonly options: S3Options;
  /** By path. */
  readonly objects: Map<string, Buffer>;
  /** What was refused, and why. */
  readonly refusals: string[];
  /** Answers everything with this, where it is set. */
  failing: number | undefined;
  close(): Promise<void>;
}

/**
 * A bucket on loopback that checks each request as a real store does: the signature over method, path, query and signed
 * headers, the hash of the body, the clock. Written after the documentation, not after the client's library.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export async function anS3StandIn(): Promise<S3StandIn> {
  const objects = new Map<string, Buffer>();
  const standIn = { objects, refusals: [] as string[], failing: undefined as number | undefined };
  const server = createServer((request, response) => {
    void buffer(request).then((body) => {
      const refusal = refusalOf(request, body);
      if (refusal) standIn.refusals.push(refusal);
      if (refusal || standIn.failing) return response.writeHead(standIn.failing ?? 403).end('<Error/>');
      const path = request.url ?? '';
      if (!path.startsWith(`/${BUCKET}/`))
        return response.writeHead(404).end('<Error><Code>NoSuchBucket</Code></Error>');
      const found = objects.get(path);
      if (request.method === 'PUT') objects.set(path, body);
      if (request.method === 'DELETE') objects.delete(path);
      if (request.method !== 'GET') return response.writeHead(request.method === 'PUT' ? 200 : 204).end();
      if (!found) return response.writeHead(404).end('<Error><Code>NoSuchKey</Code></Error>');
      const range = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '');
      if (!range) return response.writeHead(200).end(found);
      return response.writeHead(206).end(found.subarray(Number(range[1]), Number(range[2]) + 1));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return Object.assign(standIn, {
    options: { endpoint, bucket: BUCKET, region: 'eu-test-1', accessKey: ACCESS_KEY, secretKey: SECRET_KEY },
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  });
}

const BUCKET = 'parley-files';
const ACCESS_KEY = 'AKSTANDIN';
const SECRET_KEY = 'wJalrXUtnFEMI/only+for/tests';
const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;
const MAX_SKEW_MS = 15 * 60_000;

function refusalOf(request: IncomingMessage, body: Buffer): string | undefined {
  const { headers, method = '', url = '' } = request;
  const [, accessKey, day = '', region, names = '', signature] = AUTHORIZATION.exec(headers.authorization ?? '') ?? [];
  const date = String(headers['x-amz-date']);
  const contentHash = String(headers['x-amz-content-sha256']);
  if (accessKey !== ACCESS_KEY || region !== 'eu-test-1' || !date.startsWith(day)) return 'credential';
  if (Math.abs(Date.parse(date.replace(DATE, '$1-$2-$3T$4:$5:$6Z')) - Date.now()) > MAX_SKEW_MS) return 'date';
  for (const name of ['host', 'x-amz-date', 'x-amz-content-sha256'])
    if (!names.split(';').includes(name)) return `unsigned ${name}`;
  if (contentHash !== sha256(body)) return 'content';
  const [path, query = ''] = url.split('?');
  const lines = names.split(';').map((name) => `${name}:${String(headers[name]).trim()}\n`);
  const canonical = [method, path, query, lines.join(''), names, contentHash].join('\n');
  const scope = `${day}/${region}/s3/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', date, scope, sha256(canonical)].join('\n');
  const key = [day, region, 's3', 'aws4_request'].reduce<string | Buffer>(hmac, `AWS4${SECRET_KEY}`);
  return hmac(key, toSign).toString('hex') === signature ? undefined : 'signature';
}

const DATE = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/;

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}
