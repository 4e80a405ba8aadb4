import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Attempt } from '../ledger.js';

export interface Target {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

const KEPT_ANSWER = 2_000;

/** Posts webhook bodies over kept connections. */
export class Mail {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 512 });

  constructor(private readonly timeoutMs: number) {}

  /** Never rejects: what went wrong is in the attempt. */
  async post(target: Target, body: Buffer): Promise<Attempt> {
    const at = Date.now();
    try {
      const { status, answer, retryAfter } = await this.exchange('POST', target, body);
      return { at, ms: Date.now() - at, status, answer: answer.slice(0, KEPT_ANSWER), retryAfter };
    } catch (error) {
      return { at, ms: Date.now() - at, error: error instanceof Error ? error.message || error.name : String(error) };
    }
  }

  /** A GET; rejects when there is no answer. */
  get(url: string): Promise<{ status: number; answer: string }> {
    return this.exchange('GET', { url, headers: {} }, undefined);
  }

  close(): void {
    this.agent.destroy();
  }

  private exchange(method: string, target: Target, body: Buffer | undefined) {
    return new Promise<{ status: number; answer: string; retryAfter?: number }>((resolve, reject) => {
      const secure = target.url.startsWith('https:');
      const headers = { ...target.headers, ...(body && { 'content-length': String(body.length) }) };
      const options = { method, headers, signal: AbortSignal.timeout(this.timeoutMs) };
      const request = secure
        ? httpsRequest(target.url, options)
        : httpRequest(target.url, { ...options, agent: this.agent });
      request.on('error', reject);
      request.on('response', (response) => {
        readText(response).then(
          (answer) => resolve({ status: response.statusCode ?? 0, answer, retryAfter: secondsOf(response) }),
          reject,
        );
      });
      request.end(body);
    });
  }
}

async function readText(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function secondsOf(response: IncomingMessage): number | undefined {
  const seconds = Number(response.headers['retry-after']);
  return Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds, 3_600) : undefined;
}
