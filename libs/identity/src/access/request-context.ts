import { ScopedStorage } from '#database';

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

const requests = new ScopedStorage<RequestContext>();

/** Everything that `work` calls until it settles knows which request it serves. */
export function withinRequest<T>(requestId: string, work: () => T): T {
  return requests.run({ requestId }, work);
}

/** The request being served; undefined in background work. */
export function requestNow(): Readonly<RequestContext> | undefined {
  return requests.value;
}

export function noteCallerOfRequest(caller: Asking): void {
  const { value } = requests;
  if (value) value.caller = caller;
}
