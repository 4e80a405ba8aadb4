import { Agent, request as httpRequest } from 'node:http';
import type { GivenAnswer } from './answers.js';
import type { GeneratedRequest } from './request.js';

/** Sends a request byte for byte. Streams are left at their first byte. */
export class Line {
  /** A connection each: one that was kept may be closed by the server just then. */
  private readonly connections = new Agent({ keepAlive: false });

  constructor(private readonly url: string) {}

  ask({ method, target, headers, body }: GeneratedRequest, token: string | undefined): Promise<GivenAnswer> {
    const { hostname, port } = new URL(this.url);
    const signedIn = token === undefined ? {} : { authorization: `Bearer ${token}` };
    return new Promise((resolve, reject) => {
      const options = { hostname, port, method, path: target, agent: this.connections };
      const call = httpRequest({ ...options, headers: { ...signedIn, ...headers } }, (response) => {
        const { statusCode: status = 0, headers: given } = response;
        if (/event-stream/.test(given['content-type'] ?? '')) {
          response.destroy();
          resolve({ status, headers: given, text: '' });
          return;
        }
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('end', () => resolve({ status, headers: given, text: Buffer.concat(parts).toString() }));
        response.on('error', reject);
      });
      call.on('error', reject);
      call.end(body);
    });
  }

  close(): void {
    this.connections.destroy();
  }
}
