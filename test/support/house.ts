import { openTestDatabase, type TestDatabase } from '#database';
import { startSimulator, type Simulator } from '../../apps/simulator/src/simulator.js';
import { type RunningServer, ServerInside, type ServerOptions, ServerProcess } from './server.js';
import { aTeam, type Team } from './team.js';

/** A whole running product: built server, database of its own, simulated messengers, a team at work. */
export interface House<Server extends RunningServer = RunningServer> {
  readonly server: Server;
  readonly simulator: Simulator;
  readonly database: TestDatabase;
  readonly team: Team;
  close(): Promise<void>;
}

export interface HouseOptions {
  readonly agents?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Where the server listens; without it anywhere. */
  readonly port?: number;
  /** The database has no tables yet. */
  readonly isNew?: boolean;
  /** Called in the moment the server is started, with what another one on the same database needs. */
  readonly beside?: (shared: Pick<ServerOptions, 'databaseUrl' | 'messengersUrl' | 'env'>) => void;
}

/** The server is a process of its own, to be stopped, killed and started again. */
export interface OwnProcess {
  readonly ownProcess: true;
}

export function openHouse(options: HouseOptions & OwnProcess): Promise<House<ServerProcess>>;
export function openHouse(options?: HouseOptions): Promise<House>;
export async function openHouse(options: HouseOptions & Partial<OwnProcess> = {}): Promise<House> {
  const database = await openTestDatabase();
  const simulator = await startSimulator();
  const opened: { close(): Promise<unknown> }[] = [database, { close: () => simulator.stop() }];
  const close = async () => {
    while (opened.length > 0) await opened.pop()!.close();
  };
  try {
    if (options.isNew)
      for (const statement of ['DROP SCHEMA public CASCADE', 'CREATE SCHEMA public'])
        await database.database.rows(statement);
    const shared = { databaseUrl: database.url, messengersUrl: simulator.url, env: options.env };
    const starting = (options.ownProcess ? ServerProcess : ServerInside).start({ ...shared, port: options.port });
    options.beside?.(shared);
    const server = await starting;
    opened.push({ close: () => server.dispose() });
    const team = await aTeam(server, simulator, options.agents);
    return { server, simulator, database, team, close };
  } catch (error) {
    await close();
    throw error;
  }
}
