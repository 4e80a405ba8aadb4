import type { SimulatorOptions } from './settings.js';

/** The simulator's own settings from the environment: HOST (loopback, default 127.0.0.1) and PORT (default 4000). */
export function optionsFrom(environment = process.env): SimulatorOptions {
  const port = Number(environment.PORT ?? 4000);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(`PORT is not a port: ${environment.PORT}`);
  return { host: environment.HOST ?? '127.0.0.1', port };
}
