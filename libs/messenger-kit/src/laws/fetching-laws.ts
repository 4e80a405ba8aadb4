import { buffer } from 'node:stream/consumers';
import { inspect } from 'node:util';
import type { InboundEvent, MediaVerdict, Messenger, PollVerdict } from '../contract.js';
import { accountOf } from './law-context.js';
import type { MessengerSubject } from './messenger-subject.js';
import { expectSentence } from './network-trouble.js';
import type { Script, ScriptedServer } from './scripted-server.js';
import { flawsOf } from './well-formed.js';

const TROUBLE: readonly [string, Script][] = [
  ['the connection is reset', (_, socket) => void socket.resetAndDestroy()],
  ['the connection ends without an answer', (_, socket) => void socket.end()],
  ['HTML with 502', () => ({ status: 502, body: '<html>Bad Gateway</html>' })],
  ['nothing with 500', () => ({ status: 500, body: '' })],
];

/** Laws of `MediaLoader`. */
export function mediaLaws(subject: MessengerSubject, messenger: () => Messenger, network: () => ScriptedServer): void {
  const { media } = subject;
  const load = (maxBytes = 1_000): Promise<MediaVerdict> =>
    messenger().media!.load(accountOf(subject, network()), media!.attachment(network().url), {
      maxBytes,
      signal: AbortSignal.timeout(1_000),
    });
  const expectRefusal = (verdict: MediaVerdict, kind: unknown): void => {
    expect(verdict).toMatchObject({ kind: 'refused', class: kind });
    expectSentence(verdict);
    for (const secret of secretsOf(subject)) expect(inspect(verdict)).not.toContain(secret);
  };

  test('the subject tells of files where the messenger loads them', () => {
    expect(messenger().media !== undefined).toBe(media !== undefined);
  });
  if (!media) return;

  test('a file the network has is loaded', async () => {
    network().script = media.found;
    expect(messenger().media!.types).toContain(media.attachment('https://example.com').type);
    const verdict = await load();
    expect(verdict.kind).toBe('loaded');
    if (verdict.kind === 'loaded') expect((await buffer(verdict.body)).toString()).toBe('hello');
  });

  test('more than allowed is refused, at once or on the way', async () => {
    network().script = media.found;
    const verdict = await load(2);
    if (verdict.kind === 'loaded') await expect(buffer(verdict.body)).rejects.toThrow();
    else expectRefusal(verdict, 'too_large');
  });

  test.each(media.refused.map((answer) => [answer.class, answer] as const))(
    'a file that is refused, of class %s',
    async (kind, { class: _, ...answer }) => {
      network().script = () => answer;
      expectRefusal(await load(), kind);
    },
  );

  test.each(TROUBLE)('a file, and %s: later it may be there', async (_, script) => {
    network().script = script;
    expectRefusal(await load(), 'retry');
  });

  test('a file, and nobody there: later it may be there', async () => {
    const wanted = load;
    await network().close();
    expectRefusal(await wanted(), 'retry');
  });
}

/** Laws of `Poller`. */
export function pollerLaws(subject: MessengerSubject, messenger: () => Messenger, network: () => ScriptedServer): void {
  const { poller } = subject;
  const poll = (signal = AbortSignal.timeout(5_000), cursor?: string): Promise<PollVerdict> =>
    messenger().poller!.poll(accountOf(subject, network()), cursor, signal);
  const expectRefusal = (verdict: PollVerdict, kind: unknown): void => {
    expect(verdict).toMatchObject({ kind: 'refused', class: kind });
    expectSentence(verdict);
    for (const secret of secretsOf(subject)) expect(inspect(verdict)).not.toContain(secret);
  };

  test('the subject tells of polling where the messenger polls', () => {
    expect(messenger().poller !== undefined).toBe(poller !== undefined);
  });
  if (!poller) return;

  test('what is polled are bodies as the webhook has them, in order, and a cursor', async () => {
    const { cursor, ...answer } = poller.polled;
    network().script = () => answer;
    const verdict = await poll();
    expect(verdict).toMatchObject({ kind: 'polled', cursor });
    if (verdict.kind !== 'polled') return;
    expect(verdict.bodies).toHaveLength(2);
    const convert = (body: Buffer): InboundEvent[] =>
      messenger().income.convert({ headers: {}, body }, subject.account);
    expect(verdict.bodies.flatMap(convert).flatMap(flawsOf)).toEqual([]);
  });

  test.each(poller.refused.map((answer) => [answer.class, answer] as const))(
    'a poll that is refused, of class %s',
    async (kind, { class: _, retryAfterMs, ...answer }) => {
      network().script = () => answer;
      const verdict = await poll();
      expectRefusal(verdict, kind);
      if (verdict.kind === 'refused') expect(verdict.retryAfterMs).toBe(retryAfterMs);
    },
  );

  test.each(TROUBLE)('a poll, and %s: to be tried again', async (_, script) => {
    network().script = script;
    expectRefusal(await poll(), 'retry');
  });

  test('a poll that is called off ends at once, without news and with its cursor', async () => {
    const asking = new AbortController();
    network().script = () => void asking.abort();
    expect(await poll(asking.signal, '7')).toEqual({ kind: 'polled', bodies: [], cursor: '7' });
  });
}

function secretsOf(subject: MessengerSubject): readonly string[] {
  return Object.values(subject.account.credentials);
}
