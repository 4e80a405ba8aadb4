import type { Caller } from '#identity';

/** Who looks at chats. An API key is no user: it owns nothing and has no position. */
export interface Reader {
  readonly userId: string | null;
  readonly seesAll: boolean;
}

export function readerOf(caller: Caller): Reader {
  return { userId: caller.kind === 'user' ? caller.id : null, seesAll: caller.role !== 'agent' };
}
