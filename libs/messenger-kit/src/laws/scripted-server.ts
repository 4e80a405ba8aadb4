import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export interface ScriptedAnswer {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ReceivedCall {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** Answers a call, or does something worse with its socket. */
export type Script = (call: ReceivedCall, socket: Socket) => ScriptedAnswer | undefined;

export interface ScriptedServer {
  readonly url: string;
  readonly calls: ReceivedCall[];
  /** What happens from now on. */
  script: Script;
  close(): Promise<void>;
}

/** A network on loopback that does what the test says and remembers what it was asked. */
export async function aScriptedServer(script: Script = () => undefined): Promise<ScriptedServer> {
  const sockets = new Set<Socket>();
  const http = createServer((request, response) => {
    void readBody(request).then((body) => answer(request, response, body));
  });
  const server: ScriptedServer = {
    url: '',
    calls: [],
    script,
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => http.close(() => resolve()));
    },
  };
  function answer(request: IncomingMessage, response: ServerResponse, body: string): void {
    const { method = '', url = '', headers, socket } = request;
    const call = { method, url, headers, body };
    server.calls.push(call);
    const scripted = server.script(call, socket);
    if (!scripted) return;
    response.writeHead(scripted.status, { 'content-type': 'application/json', ...scripted.headers }).end(scripted.body);
  }
  http.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return Object.assign(server, { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}` });
}

async function readBody(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) body += String(chunk);
  return body;
}
