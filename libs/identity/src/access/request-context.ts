import { AsyncLocalStorage } from 'node:async_hooks';
import type { Caller } from './caller.js';

interface RequestContext {
  readonly requestId: string;
  caller?: Caller;
}

const contexts = new AsyncLocalStorage<RequestContext>();

/** Everything that `work` calls, now and later, knows which request it serves. */
export function withinRequest<T>(requestId: string, work: () => T): T {
  return contexts.run({ requestId }, work);
}

/** The request being served; undefined in background work. */
export function requestNow(): Readonly<RequestContext> | undefined {
  return contexts.getStore();
}

export function noteCallerOfRequest(caller: Caller): void {
  const context = contexts.getStore();
  if (context) context.caller = caller;
}
