import { STATUS_CODES, type Server } from 'node:http';
import type { Socket } from 'node:net';
import { readPlainRequest, type PlainRequest } from './plain-request.js';

export interface WebhookAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Answers a request, or says at once, by undefined, that it is not its own. Never rejects. */
type Enter = (request: PlainRequest) => Promise<WebhookAnswer> | undefined;
type Connected = (this: Server, socket: Socket) => void;

/**
 * Stands before Node's HTTP server and answers plain requests by itself, which takes a third less. A connection on which
 * anything else comes is Node's from there on, with these bytes: whatever is unusual, slow, large or broken is read,
 * bounded and refused by Node alone. https://nodejs.org/docs/latest-v20.x/api/http.html#event-connection
 */
export class PlainConnections {
  private readonly open = new Set<PlainConnection>();

  /** `isStopping`: whether each answer is the last one on its connection. An idle one would keep the server waiting. */
  constructor(
    private readonly server: Server,
    enter: Enter,
    isStopping: () => boolean,
  ) {
    const node = server.listeners('connection') as Connected[];
    server.removeAllListeners('connection');
    server.on('connection', (socket: Socket) => {
      const connection = new PlainConnection(socket, enter, {
        keptMs: server.keepAliveTimeout,
        isLast: isStopping,
        left: () => void this.open.delete(connection),
        hand: () => node.forEach((connected) => connected.call(server, socket)),
      });
      this.open.add(connection);
    });
    this.followClosing();
  }

  /** Node's own list knows nothing of these connections. Its server ends idle ones as soon as it is closing. */
  private followClosing(): void {
    const { server } = this;
    const [closeAll, closeIdle] = [server.closeAllConnections.bind(server), server.closeIdleConnections.bind(server)];
    server.closeAllConnections = () => {
      closeAll();
      for (const connection of this.open) connection.destroy();
    };
    server.closeIdleConnections = () => {
      closeIdle();
      for (const connection of this.open) connection.closeIfIdle();
    };
  }
}

interface Surroundings {
  /** How long a connection may be silent; 0 is for ever. */
  readonly keptMs: number;
  readonly isLast: () => boolean;
  readonly left: () => void;
  /** Makes the socket one of Node's HTTP server. */
  readonly hand: () => void;
}

class PlainConnection {
  private answering = false;
  private heardAll = false;
  /** What came before the last request was answered. */
  private readonly behind: Buffer[] = [];

  private readonly listeners = {
    data: (chunk: Buffer) => this.take(chunk),
    end: () => this.end(),
    timeout: () => this.closeIfIdle(),
    close: () => this.around.left(),
    // What is to be done about it is done when it closes.
    error: () => undefined,
  };

  constructor(
    private readonly socket: Socket,
    private readonly enter: Enter,
    private readonly around: Surroundings,
  ) {
    for (const [event, listener] of Object.entries(this.listeners)) socket.on(event, listener);
    socket.setTimeout(around.keptMs);
  }

  destroy(): void {
    this.socket.destroy();
  }

  closeIfIdle(): void {
    if (!this.answering) this.socket.destroy();
  }

  private take(chunk: Buffer): void {
    if (this.answering) {
      this.behind.push(chunk);
      this.socket.pause();
      return;
    }
    // Whoever does not read the answers is made to wait by Node, which stops reading then.
    const request = this.socket.writableNeedDrain ? undefined : readPlainRequest(chunk);
    const answer = request && this.enter(request);
    if (!answer) return this.handOver(chunk);
    this.answering = true;
    void answer.then((ready) => this.reply(ready));
  }

  private reply(answer: WebhookAnswer): void {
    const { socket, behind } = this;
    this.answering = false;
    if (socket.destroyed) return;
    const isLast = this.heardAll || this.around.isLast();
    socket.write(inBytes(answer, isLast ? undefined : this.around.keptMs));
    if (isLast) return socket.destroySoon();
    if (behind.length === 0) return;
    this.handOver(Buffer.concat(behind));
    socket.resume();
  }

  /** Whoever wants to say no more is still answered. */
  private end(): void {
    this.heardAll = true;
    if (!this.answering) this.socket.end();
  }

  private handOver(bytes: Buffer): void {
    const { socket } = this;
    for (const [event, listener] of Object.entries(this.listeners)) socket.off(event, listener);
    socket.setTimeout(0);
    this.around.left();
    this.around.hand();
    socket.emit('data', bytes);
  }
}

let written:
  | {
      readonly answer: WebhookAnswer;
      readonly second: number;
      readonly keptMs: number | undefined;
      readonly bytes: Buffer;
    }
  | undefined;

/** The answer as it travels; the last one of a connection where it is not kept. The same one within a second is not made again. */
function inBytes(answer: WebhookAnswer, keptMs: number | undefined): Buffer {
  const second = Math.floor(Date.now() / 1000);
  if (written?.answer === answer && written.second === second && written.keptMs === keptMs) return written.bytes;
  const { status, headers, body } = answer;
  const all = {
    ...headers,
    'Content-Length': String(Buffer.byteLength(body)),
    Date: new Date(second * 1000).toUTCString(),
    Connection: keptMs === undefined ? 'close' : 'keep-alive',
    ...(keptMs !== undefined && keptMs > 0 && { 'Keep-Alive': `timeout=${Math.floor(keptMs / 1000)}` }),
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  const bytes = Buffer.from(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`);
  written = { answer, second, keptMs, bytes };
  return bytes;
}
