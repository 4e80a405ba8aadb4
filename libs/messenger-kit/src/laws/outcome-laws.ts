import { inspect } from 'node:util';
import type { Messenger, Rejected, SendVerdict } from '../contract.js';
import { NotAskedError } from '../http/http-errors.js';
import { contextOf } from './law-context.js';
import type { MessengerSubject } from './messenger-subject.js';
import { expectSentence, makeTrouble, OUTCOMES_UNKNOWN } from './network-trouble.js';
import type { ScriptedServer } from './scripted-server.js';

const ID = '0199a1b2-0000-7000-8000-000000000001';
/** Laws of `OutcomeMessageWorker.send`. */
export function outcomeLaws(
  subject: MessengerSubject,
  messenger: () => Messenger,
  network: () => ScriptedServer,
): void {
  const send = (signal?: AbortSignal): Promise<SendVerdict> =>
    messenger().outcome.send({ id: ID, content: { text: 'Hello' }, files: [] }, contextOf(subject, network(), signal));
  const expectQuiet = (said: unknown): void => {
    const { credentials } = contextOf(subject, network()).account;
    for (const secret of Object.values(credentials)) expect(inspect(said)).not.toContain(secret);
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
      expectSentence(verdict);
      expect(network().calls).toHaveLength(1);
      expectQuiet(verdict);
    },
  );

  test('a 429, whoever says it, is waited out: a wait that is told is no failure, however often', async () => {
    network().script = () => ({ status: 429, body: '<html>slow down</html>' });
    const verdict = await send();
    expect(verdict).toMatchObject({ kind: 'rejected', class: 'retryAfter' });
    expect((verdict as Rejected).retryAfterMs).toBeGreaterThanOrEqual(5_000);
  });

  test.each(OUTCOMES_UNKNOWN)('%s: nobody can tell, and it is not sent again', async (_, trouble) => {
    const verdict = await send(makeTrouble(network(), trouble));
    expect(verdict.kind).toBe('unknown');
    expect(network().calls).toHaveLength(1);
    expectQuiet(verdict);
  });

  test('what the network would know again is asked in the same words, with our id', async () => {
    if (messenger().outcome.repeatableForMs === undefined) return;
    expect(messenger().outcome.repeatableForMs).toBeGreaterThan(0);
    network().script = () => subject.sendAnswers.sent;
    await send();
    await send();
    const [first, again] = network().calls.map(({ url, headers, body }) => ({ url, headers, body }));
    expect(again).toEqual(first);
    expect(JSON.stringify(first)).toContain(ID);
  });

  test('a network that is surely not asked rejects, so that the caller may try again', async () => {
    await network().close();
    const error: unknown = await send().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(NotAskedError);
    expectQuiet(error);
  });
}
