import { openTestDatabase, type TestDatabase } from '#database';
import { startSimulator, type Simulator } from '../../apps/simulator/src/simulator.js';
import { ServerProcess } from './server.js';
import { aTeam, type Team } from './team.js';

/** A whole running product: built server, database of its own, simulated messengers, a team at work. */
export interface House {
  readonly server: ServerProcess;
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
}

export async function openHouse(options: HouseOptions = {}): Promise<House> {
  const database = await openTestDatabase();
  const simulator = await startSimulator();
  const opened: { close(): Promise<unknown> }[] = [database, { close: () => simulator.stop() }];
  const close = async () => {
    while (opened.length > 0) await opened.pop()!.close();
  };
  try {
    const server = await ServerProcess.start({
      databaseUrl: database.url,
      messengersUrl: simulator.url,
      env: options.env,
      port: options.port,
    });
    opened.push({ close: () => server.dispose() });
    const team = await aTeam(server, simulator, options.agents);
    return { server, simulator, database, team, close };
  } catch (error) {
    await close();
    throw error;
  }
}
