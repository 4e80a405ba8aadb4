import { randomBytes } from 'node:crypto';
import { openDesk } from './desk.js';
import { freePort } from './free-port.js';
import type { House } from './house.js';
import { ServerProcess } from './server.js';
import { TcpSwitch } from './tcp-switch.js';

/** Several nodes on one PostgreSQL behind one address, by which messengers, agents and programs call them. */
export class Fleet {
  private constructor(
    readonly house: House,
    /** Leads to whichever node takes the connection. */
    readonly door: TcpSwitch,
    readonly nodes: ServerProcess[],
  ) {}

  /** All nodes start at once on a database without tables. */
  static async open(size: number): Promise<Fleet> {
    const ports: number[] = [];
    while (ports.length < size) ports.push(await freePort());
    const door = await TcpSwitch.to(...ports.map((port) => `http://127.0.0.1:${port}`));
    const env = { PARLEY_ENCRYPTION_KEYS: randomBytes(32).toString('base64'), PARLEY_PUBLIC_URL: door.url };
    const others: Promise<ServerProcess>[] = [];
    const house = await openDesk({
      env,
      port: ports[0],
      ownProcess: true,
      isNew: true,
      beside: (shared) => {
        for (const port of ports.slice(1)) others.push(ServerProcess.start({ ...shared, port }));
      },
    }).catch(async (error: unknown) => {
      for (const other of await Promise.allSettled(others))
        if (other.status === 'fulfilled') await other.value.dispose();
      throw error;
    });
    return new Fleet(house, door, [house.server, ...(await Promise.all(others))]);
  }

  kill(index: number): Promise<void> {
    return this.nodes[index]!.kill();
  }

  async restart(index: number): Promise<void> {
    this.nodes[index] = await this.nodes[index]!.restart();
  }

  async close(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.dispose()));
    await this.house.close();
    await this.door.close();
  }
}
