import type { ServerResponse } from 'node:http';
import { bytes, json, write, type Answer } from '../http/answer.js';
import type { OwnRoutes } from '../http/api.js';
import type { Call } from '../http/call.js';
import type { Simulation } from '../simulation.js';
import { ControlError } from './control-error.js';
import { Live } from './live.js';
import { pageFile } from './page-files.js';
import { ROUTES } from './routes.js';

/** The simulation over HTTP, and the phone-like page. */
export class ControlApi implements OwnRoutes {
  private readonly live: Live;

  constructor(private readonly simulation: Simulation) {
    this.live = new Live(simulation.ledger);
  }

  async handle(call: Call, response: ServerResponse): Promise<boolean> {
    if (call.verb === 'GET' && call.path === '/_sim/live') {
      this.live.add(response);
      return true;
    }
    const answer = call.path.startsWith('/_sim/') ? await this.answer(call) : await this.page(call);
    if (answer) write(response, answer);
    return answer !== undefined;
  }

  close(): void {
    this.live.close();
  }

  private page(call: Call): Promise<Answer | undefined> {
    return call.verb === 'GET' ? pageFile(call.path) : Promise.resolve(undefined);
  }

  private async answer(call: Call): Promise<Answer> {
    const path = call.path.slice('/_sim'.length);
    if (call.verb === 'GET' && path.startsWith('/files/')) return this.file(path);
    try {
      const route = ROUTES[`${call.verb} ${path}`];
      if (!route) throw new ControlError(404, `The simulator has no ${call.verb} ${call.path}`);
      if (call.malformed) throw new ControlError(400, 'The body is not a JSON object');
      return json(200, (await route(this.simulation, call.fields)) ?? {});
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return json(error instanceof ControlError ? error.status : 400, { error: message });
    }
  }

  /** What people and businesses sent along, for the page. */
  private file(path: string): Answer {
    const file = this.simulation.world.files.get(path.split('/')[2] ?? '');
    if (!file) return json(404, { error: 'There is no such file' });
    const headers = { 'content-disposition': 'attachment', 'x-content-type-options': 'nosniff' };
    return bytes(file.type, file.bytes, headers);
  }
}
