import { type Members, object, type Shape } from './shape.js';

/** What an event is about: a chat, a line in a chat (then it has a `seq`), or neither. */
export type Scope = 'chat' | 'line' | 'house';

export interface EventKind<T = object, S extends Scope = Scope> {
  /** What has happened, in a sentence for people who read the documentation. */
  readonly summary: string;
  readonly scope: S;
  /** What it carries as `data`. */
  readonly data: Shape<T>;
}

export const inChat = <const M extends Members>(summary: string, members: M) => kind('chat', summary, members);
export const ofLine = <const M extends Members>(summary: string, members: M) => kind('line', summary, members);
export const inHouse = <const M extends Members>(summary: string, members: M) => kind('house', summary, members);

function kind<S extends Scope, const M extends Members>(scope: S, summary: string, members: M) {
  return { summary, scope, data: object(members) };
}
