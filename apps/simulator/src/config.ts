import { resolve } from 'node:path';
import type { SimulatorOptions } from './settings.js';

/** The simulator's own settings from the environment: HOST (loopback, default 127.0.0.1) and PORT (default 4000). */
export function optionsFrom(environment = process.env): SimulatorOptions {
  return { host: environment.HOST ?? '127.0.0.1', port: portOf('PORT', environment.PORT ?? '4000') };
}

export interface DemoConfig {
  /** Wanted; another one is taken where it is busy. */
  readonly serverPort: number;
  readonly simulatorPort: number;
  readonly dataDir: string;
  /** What the server inherits. */
  readonly environment: NodeJS.ProcessEnv;
}

/** The demo's: PORT (default 3000), SIMULATOR_PORT (4000), PARLEY_DATA_DIR (`data/demo`, apart from a real server's). */
export function demoConfigFrom(environment = process.env): DemoConfig {
  return {
    serverPort: portOf('PORT', environment.PORT ?? '3000'),
    simulatorPort: portOf('SIMULATOR_PORT', environment.SIMULATOR_PORT ?? '4000'),
    dataDir: resolve(environment.PARLEY_DATA_DIR ?? 'data/demo'),
    environment,
  };
}

function portOf(name: string, text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new Error(`${name} is not a port: ${text}`);
}
