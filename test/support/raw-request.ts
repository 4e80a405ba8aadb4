import { Agent, request } from 'node:http';

export interface RawAnswer {
  readonly status: number;
  /** Of a problem. */
  readonly code: string | undefined;
  readonly text: string;
}

const connections = new Agent({ keepAlive: true, maxSockets: 8 });

/** One request with exactly this address, which `fetch` would tidy up first. Streams are left at their first byte. */
export function rawRequest(url: string, method: string, path: string, token?: string, body?: unknown) {
  const { hostname, port } = new URL(url);
  const text = body === undefined ? undefined : JSON.stringify(body);
  const headers: Record<string, string> = {};
  if (token) headers.authorization = `Bearer ${token}`;
  if (text !== undefined) headers['content-type'] = 'application/json';
  return new Promise<RawAnswer>((resolve, reject) => {
    const call = request({ hostname, port, method, path, headers, agent: connections }, (response) => {
      const status = response.statusCode ?? 0;
      if (/event-stream/.test(response.headers['content-type'] ?? '')) {
        response.destroy();
        resolve({ status, code: undefined, text: '' });
        return;
      }
      let got = '';
      response.setEncoding('utf8').on('data', (part: string) => (got += part));
      response.on('end', () => resolve({ status, code: codeOf(got), text: got }));
      response.on('error', reject);
    });
    call.on('error', reject);
    call.end(text);
  });
}

export function closeRawConnections(): void {
  connections.destroy();
}

function codeOf(text: string): string | undefined {
  return /"code":"(\w+)"/.exec(text)?.[1];
}
