import fc from 'fast-check';
import { inspect } from 'node:util';
import type { Messenger, SendVerdict } from '../contract.js';
import { NotAskedError } from '../http/http-errors.js';
import type { MessageContent } from '../unified-message.js';
import type { MessengerSubject } from './messenger-subject.js';
import type { Script, ScriptedServer } from './scripted-server.js';

const ID = '0199a1b2-0000-7000-8000-000000000001';
const OUTCOMES_UNKNOWN: readonly [string, Script][] = [
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

/** Laws of `OutcomeMessageWorker`. */
export function outcomeLaws(
  subject: MessengerSubject,
  messenger: () => Messenger,
  network: () => ScriptedServer,
): void {
  const send = (content: MessageContent = { text: 'Hello' }, signal = AbortSignal.timeout(300)): Promise<SendVerdict> =>
    messenger().outcome.send(
      { id: ID, content },
      { account: subject.account, recipient: subject.recipient, lastInboundAt: new Date(), signal },
    );
  const expectQuiet = (verdict: unknown): void => {
    for (const secret of Object.values(subject.account.credentials)) expect(inspect(verdict)).not.toContain(secret);
  };

  test('a message the network took is sent, in one call, with its external id', async () => {
    const { externalId, ...answer } = subject.sendAnswers.sent;
    network().script = () => answer;
    expect(await send()).toMatchObject({ kind: 'sent', externalId });
    expect(network().calls).toHaveLength(1);
    expect(network().calls[0]?.body).toContain('Hello');
  });

  test.each(subject.sendAnswers.rejected.map((answer) => [answer.class, answer] as const))(
    'a refusal of class %s says so in a sentence',
    async (_, { class: rejection, retryAfterMs, ...answer }) => {
      network().script = () => answer;
      const verdict = await send();
      expect(verdict).toMatchObject({ kind: 'rejected', class: rejection });
      if (verdict.kind === 'rejected') expect(verdict.retryAfterMs).toBe(retryAfterMs);
      if (verdict.kind === 'rejected') expect(verdict.sentence).toMatch(/^\p{L}.*[.]$/u);
      expect(network().calls).toHaveLength(1);
      expectQuiet(verdict);
    },
  );

  test.each(OUTCOMES_UNKNOWN)('%s: nobody can tell, and it is not sent again', async (_, script) => {
    network().script = script;
    const verdict = await send();
    expect(verdict.kind).toBe('unknown');
    expect(network().calls).toHaveLength(1);
    expectQuiet(verdict);
  });

  test('a network that is surely not asked rejects, so that the caller may try again', async () => {
    await network().close();
    const error: unknown = await send().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(NotAskedError);
    expectQuiet(error);
  });

  test('what may be sent is pure, and says why not', () => {
    const { outcome } = messenger();
    const now = new Date('2026-11-22T12:00:00Z');
    for (const days of [0, 0.5, 1, 6, 30, -1]) {
      const lastInboundAt = new Date(now.getTime() - days * 86_400_000);
      const policy = outcome.policy({ lastInboundAt, now });
      expect(outcome.policy({ lastInboundAt, now })).toEqual(policy);
      expect(policy.allowed).toBe(policy.reason === null);
      expect(policy.kinds.length > 0).toBe(policy.allowed);
    }
  });

  test('a long text becomes parts that fit, keep every word and answer the same message once', () => {
    const { outcome } = messenger();
    const words = fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }), {
      minLength: 1,
      maxLength: 400,
    });
    fc.assert(
      fc.property(words, (said) => {
        const text = said.join(' ').repeat(3);
        const parts = outcome.expand({ text, replyTo: 'x:1' });
        expect(parts.every((part) => (part.text ?? '').length <= outcome.maxTextLength)).toBe(true);
        expect(
          parts
            .map((part) => part.text)
            .join('')
            .replace(/\s/g, ''),
        ).toBe(text.replace(/\s/g, ''));
        expect(parts.filter((part) => part.replyTo)).toEqual(parts.slice(0, 1));
      }),
      { numRuns: 30 },
    );
    expect(outcome.expand({ text: 'short' })).toEqual([{ text: 'short' }]);
  });
}
