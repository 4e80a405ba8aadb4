import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { OnApplicationShutdown } from '@nestjs/common';
import { AwsV4Signer } from 'aws4fetch';
import { GuardedHttp } from '#messenger-kit';
import type { S3Options } from '../attachments-options.js';
import { checkedKey, ContentGone, Storage, type ByteRange, type ContentFile } from './storage.js';

const EMPTY_SHA256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const TIMEOUT_MS = 60_000;
/** A store that takes content more slowly than this (2 Mbit/s) is given up. */
const SLOWEST_BYTES_PER_MS = 250;

/** The store did not do what it was asked. Its own words stay out: they may repeat the request. */
export class S3Error extends Error {
  readonly code: string;

  constructor(what: string, status: number) {
    super(`The S3 store answered ${status} when asked to ${what} an object`);
    this.code = `S3 store: ${status}`;
  }
}

/**
 * Content in a bucket of an S3-compatible store. Requests are signed (Signature Version 4) over method, path, headers and
 * the content's hash; the bucket stands in the path, which every such store understands.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
 */
export class S3Storage extends Storage implements OnApplicationShutdown {
  private readonly http: GuardedHttp;

  constructor(private readonly options: S3Options) {
    super();
    this.http = new GuardedHttp({ trustedOrigins: [options.endpoint], timeoutMs: TIMEOUT_MS });
  }

  async put(key: string, file: ContentFile): Promise<void> {
    const url = this.addressOf(key);
    const headers = await this.signed('PUT', url, { 'x-amz-content-sha256': file.sha256 });
    const content = { body: createReadStream(file.path), length: file.size };
    const timeoutMs = TIMEOUT_MS + file.size / SLOWEST_BYTES_PER_MS;
    const { status } = await this.http.request({ method: 'PUT', url, headers, content, timeoutMs });
    if (status !== 200) throw new S3Error('store', status);
  }

  async read(key: string, range?: ByteRange): Promise<Readable> {
    const url = this.addressOf(key);
    const wanted: Record<string, string> = range ? { range: `bytes=${range.from}-${range.to}` } : {};
    const headers = await this.signed('GET', url, { 'x-amz-content-sha256': EMPTY_SHA256, ...wanted });
    // What is kept is given back whatever may be taken today, and at the pace of whoever reads it.
    const limits = { maxBytes: Infinity, idleMs: TIMEOUT_MS };
    const { status, body } = await this.http.download({ url, headers, ...limits });
    if (status === (range ? 206 : 200)) return body;
    // No bucket is 404, too.
    if (status === 404 && !(await text(body)).includes('NoSuchBucket')) throw new ContentGone();
    body.on('error', () => undefined).destroy();
    throw new S3Error('read', status);
  }

  async remove(key: string): Promise<void> {
    const url = this.addressOf(key);
    const headers = await this.signed('DELETE', url, { 'x-amz-content-sha256': EMPTY_SHA256 });
    const { status } = await this.http.request({ method: 'DELETE', url, headers });
    if (status !== 204 && status !== 200 && status !== 404) throw new S3Error('remove', status);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.http.close();
  }

  private addressOf(key: string): string {
    const { endpoint, bucket } = this.options;
    return `${endpoint}/${encodeURIComponent(bucket)}/${checkedKey(key)}`;
  }

  private async signed(method: string, url: string, given: Record<string, string>): Promise<Record<string, string>> {
    const { accessKey, secretKey, region } = this.options;
    const keys = { accessKeyId: accessKey, secretAccessKey: secretKey };
    const signer = new AwsV4Signer({ method, url, headers: given, service: 's3', region, ...keys });
    const { headers } = await signer.sign();
    headers.delete('host');
    return Object.fromEntries(headers.entries());
  }
}
