import type { Script } from './scripted-server.js';

/** What leaves nobody knowing whether the network acted. */
export const OUTCOMES_UNKNOWN: readonly [string, Script][] = [
  ['the connection is reset after the request', (_, socket) => void socket.resetAndDestroy()],
  ['the connection ends without an answer', (_, socket) => void socket.end()],
  ['HTML with 200', () => ({ status: 200, body: '<html>hello</html>' })],
  ['truncated JSON with 200', () => ({ status: 200, body: '{"ok":true,"result":{"mess' })],
  ['nothing with 200', () => ({ status: 200, body: '' })],
  ['JSON of something else with 200', () => ({ status: 200, body: '[1]' })],
  ['HTML with 502', () => ({ status: 502, body: '<html>Bad Gateway</html>' })],
  ['nothing with 500', () => ({ status: 500, body: '' })],
  ['no answer until the caller gives up', () => undefined],
];

/** Whoever refuses says why, in a sentence that begins with a letter and ends with a full stop. */
export function expectSentence(verdict: object): void {
  if ('sentence' in verdict) expect(verdict.sentence).toMatch(/^\p{L}.*[.]$/u);
}
