import type { Socket } from 'node:net';
import type { ReceivedCall, ScriptedAnswer, ScriptedServer } from './scripted-server.js';

/** As a `Script`, and what makes the caller give up. */
type Trouble = (call: ReceivedCall, socket: Socket, giveUp: () => void) => ScriptedAnswer | undefined;

/** What leaves nobody knowing whether the network acted. */
export const OUTCOMES_UNKNOWN: readonly [string, Trouble][] = [
  ['the connection is reset after the request', (_, socket) => void socket.resetAndDestroy()],
  ['the connection ends without an answer', (_, socket) => void socket.end()],
  ['HTML with 200', () => ({ status: 200, body: '<html>hello</html>' })],
  ['truncated JSON with 200', () => ({ status: 200, body: '{"ok":true,"result":{"mess' })],
  ['nothing with 200', () => ({ status: 200, body: '' })],
  ['JSON of something else with 200', () => ({ status: 200, body: '[1]' })],
  ['HTML with 502', () => ({ status: 502, body: '<html>Bad Gateway</html>' })],
  ['nothing with 500', () => ({ status: 500, body: '' })],
  ['no answer until the caller gives up', (_, __, giveUp) => void giveUp()],
];

/** @returns the signal of a caller who gives up when the trouble says so. */
export function makeTrouble(network: ScriptedServer, trouble: Trouble): AbortSignal {
  const caller = new AbortController();
  const giveUp = () => caller.abort(new DOMException('the time is over', 'TimeoutError'));
  network.script = (call, socket) => trouble(call, socket, giveUp);
  return caller.signal;
}

/** Whoever refuses says why, in a sentence that begins with a letter and ends with a full stop. */
export function expectSentence(verdict: object): void {
  if ('sentence' in verdict) expect(verdict.sentence).toMatch(/^\p{L}.*[.]$/u);
}
