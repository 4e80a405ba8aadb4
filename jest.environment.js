import { ModernFakeTimers } from '@jest/fake-timers';
import { ModuleMocker } from 'jest-mock';
import { stackOf } from './jest.stack.js';

const HANDLERS_OF_CIRCUS = Symbol.for('EVENT_HANDLERS');

/**
 * Specs run among the globals of their worker, not in a context of their own: so a module is loaded once for all specs
 * of a worker, as Node does it, and what Node throws is an `Error` here, too. What Jest changes goes back after each file.
 */
export default class WorkerGlobals {
  global = globalThis;
  moduleMocker = new ModuleMocker(globalThis);
  #console = globalThis.console;
  #exit = process.exit;
  #getBuiltinModule = process.getBuiltinModule;
  #env = { ...process.env };

  constructor({ projectConfig }) {
    this.fakeTimersModern = new ModernFakeTimers({ config: projectConfig, global: globalThis });
  }

  async setup() {
    Error.prepareStackTrace = stackOf;
    process.getBuiltinModule = this.#getBuiltinModule;
    const timers = this.fakeTimersModern;
    const mocker = this.moduleMocker;
    globalThis.jest = {
      fn: (implementation) => mocker.fn(implementation),
      spyOn: (...of) => mocker.spyOn(...of),
      useFakeTimers: (options) => timers.useFakeTimers(options),
      useRealTimers: () => timers.useRealTimers(),
      advanceTimersByTime: (ms) => timers.advanceTimersByTime(ms),
    };
  }

  async teardown() {
    this.fakeTimersModern.dispose();
    this.moduleMocker.restoreAllMocks();
    delete globalThis[HANDLERS_OF_CIRCUS];
    globalThis.console = this.#console;
    process.exit = this.#exit;
    for (const name of Object.keys(process.env)) if (!(name in this.#env)) delete process.env[name];
    Object.assign(process.env, this.#env);
  }

  getVmContext() {
    return null;
  }
}
