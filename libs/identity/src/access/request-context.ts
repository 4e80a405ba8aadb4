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

/** How many requests are being served. */
let open = 0;

/**
 * Everything that `work` calls until it settles knows which request it serves. A storage in use follows every promise of
 * the process (on Node 20 a tenth of what receiving a message costs): it is off while no request is being served.
 */
export function withinRequest<T>(requestId: string, work: () => T): T {
  open += 1;
  let result: T;
  try {
    result = contexts.run({ requestId }, work);
  } catch (error) {
    ended();
    throw error;
  }
  if (result instanceof Promise) return result.finally(ended) as T;
  ended();
  return result;
}

function ended(): void {
  open -= 1;
  if (open === 0) contexts.disable();
}

/** The request being served; undefined in background work. */
export function requestNow(): Readonly<RequestContext> | undefined {
  return contexts.getStore();
}

export function noteCallerOfRequest(caller: Asking): void {
  const context = contexts.getStore();
  if (context) context.caller = caller;
}
