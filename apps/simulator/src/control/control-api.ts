import type { ServerResponse } from 'node:http';
import type { OwnRoutes } from '../http/api.js';
import type { Call } from '../http/call.js';
import type { Simulation } from '../simulation.js';

export class ControlApi implements OwnRoutes {
  constructor(private readonly simulation: Simulation) {}

  handle(_call: Call, _response: ServerResponse): Promise<boolean> {
    void this.simulation;
    return Promise.resolve(false);
  }

  close(): void {}
}
