import { AsyncLocalStorage } from 'node:async_hooks';

/** Whoever calls, as far as it is written down. */
interface Asking {
  readonly kind: 'user' | 'key';
  readonly id: string;
  readonly name: string;
}

interface RequestContext {
  readonly requestId: string;
  caller?: Asking;
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

export function noteCallerOfRequest(caller: Asking): void {
  const context = contexts.getStore();
  if (context) context.caller = caller;
}
