import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/**
 * One address before any number of servers. As a load balancer it gives each connection to the next server that takes it; as
 * a bad network it cuts connections without a word, anywhere; as the switch of a fail-over it leads elsewhere from now on.
 */
export class TcpSwitch {
  private readonly sockets = new Set<Socket>();
  private targets: readonly URL[] = [];
  private next = 0;

  private constructor(private readonly server: Server) {}

  static async to(...targets: readonly string[]): Promise<TcpSwitch> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const between = new TcpSwitch(server);
    between.point(...targets);
    server.on('connection', (client) => void between.lead(client));
    return between;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** How many connections are open now. */
  get open(): number {
    return this.sockets.size;
  }

  /** New connections go to these servers; those that are open stay where they are. */
  point(...targets: readonly string[]): void {
    this.targets = targets.map((target) => new URL(target));
  }

  /** Cuts one connection of those open now. */
  cutOne(): void {
    const open = [...this.sockets];
    const cut = open[Math.floor(Math.random() * open.length)];
    if (!cut) return;
    this.sockets.delete(cut);
    cut.destroy();
  }

  cutAll(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  /** Those open now carry nothing any more, and nobody is told: as when the machine at the other end is gone. */
  silence(): void {
    for (const socket of this.sockets) socket.unpipe().pause();
  }

  async close(): Promise<void> {
    this.cutAll();
    this.server.close();
    await once(this.server, 'close');
  }

  private async lead(client: Socket): Promise<void> {
    this.sockets.add(client);
    client.on('error', () => undefined);
    client.on('close', () => this.sockets.delete(client));
    const first = this.next++;
    for (const index of this.targets.keys()) {
      const server = await reach(this.targets[(first + index) % this.targets.length]!);
      if (server) return join(client, server);
    }
    client.destroy();
  }
}

/** A connection to the server, unless it refuses. */
async function reach({ hostname, port }: URL): Promise<Socket | undefined> {
  const socket = connect(Number(port), hostname);
  try {
    await once(socket, 'connect');
    return socket;
  } catch {
    return undefined;
  }
}

function join(client: Socket, server: Socket): void {
  server.on('error', () => undefined);
  for (const [one, other] of [
    [client, server],
    [server, client],
  ] as const) {
    if (one.destroyed) other.destroy();
    one.on('close', () => other.destroy());
    one.pipe(other);
  }
}
