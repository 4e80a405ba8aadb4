import { inspect } from 'node:util';
import type { Messenger, RequestVerdict, SendContext } from '../contract.js';
import { NotAskedError } from '../http/http-errors.js';
import { contextOf } from './law-context.js';
import type { MessengerSubject } from './messenger-subject.js';
import { expectSentence, makeTrouble, OUTCOMES_UNKNOWN } from './network-trouble.js';
import type { ScriptedServer } from './scripted-server.js';

const EDITED = 'Hello again';

type Request = (context: SendContext) => Promise<RequestVerdict>;

/** Laws of what makes no message: edits, deletions, reactions, typing, seen, noticed. */
export function requestLaws(
  subject: MessengerSubject,
  messenger: () => Messenger,
  network: () => ScriptedServer,
): void {
  const answers = subject.requestAnswers;
  const each = (): [string, Request][] => requestsOf(messenger(), answers?.target ?? '', answers?.token ?? '');
  const make = (request: Request, signal?: AbortSignal): Promise<RequestVerdict> =>
    request(contextOf(subject, network(), signal));
  const expectQuiet = (said: unknown): void => {
    const { credentials } = contextOf(subject, network()).account;
    for (const secret of Object.values(credentials)) expect(inspect(said)).not.toContain(secret);
  };

  test('the subject tells what the network says to the requests the messenger has', () => {
    expect(each().length > 0).toBe(answers !== undefined);
    expect(messenger().outcome.acknowledge !== undefined).toBe(answers?.token !== undefined);
  });
  if (!answers) return;

  test('what the network did is done, in one call', async () => {
    network().script = () => answers.done;
    for (const [name, request] of each()) {
      const before = network().calls.length;
      expect([name, await make(request)]).toEqual([name, { kind: 'done' }]);
      expect(network().calls).toHaveLength(before + 1);
    }
  });

  test('an edit says the new words; a reaction another thing than that it is taken back', async () => {
    network().script = () => answers.done;
    const said = new Map<string, string>();
    for (const [name, request] of each()) {
      await make(request);
      const { method, url, body } = network().calls.at(-1)!;
      said.set(name, `${method} ${url} ${body}`);
    }
    expect(said.get('edit') ?? EDITED).toContain(EDITED);
    if (said.has('react')) expect(said.get('react')).not.toBe(said.get('take a reaction back'));
  });

  test.each(answers.rejected.map((answer) => [answer.class, answer] as const))(
    'a refused request of class %s says so in a sentence',
    async (_, { class: rejection, retryAfterMs, ...answer }) => {
      network().script = () => answer;
      for (const [name, request] of each()) {
        const verdict = await make(request);
        expect([name, verdict]).toEqual([name, expect.objectContaining({ kind: 'rejected', class: rejection })]);
        if (verdict.kind === 'rejected') expect(verdict.retryAfterMs).toBe(retryAfterMs);
        expectSentence(verdict);
        expectQuiet(verdict);
      }
    },
  );

  test.each(OUTCOMES_UNKNOWN)('a request and %s: it is said that nobody can tell', async (_, trouble) => {
    const [name, request] = each()[0]!;
    const verdict = await make(request, makeTrouble(network(), trouble));
    expect([name, verdict.kind]).toEqual([name, 'unknown']);
    expectQuiet(verdict);
  });

  test('a request the network surely never got rejects', async () => {
    const requests = each();
    await network().close();
    for (const [, request] of requests) {
      const error: unknown = await make(request).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(NotAskedError);
      expectQuiet(error);
    }
  });
}

function requestsOf({ outcome }: Messenger, target: string, token: string): [string, Request][] {
  const requests: [string, Request | undefined][] = [
    ['edit', outcome.edit && ((context) => outcome.edit!(target, { text: EDITED }, context))],
    ['delete', outcome.delete && ((context) => outcome.delete!(target, context))],
    ['react', outcome.react && ((context) => outcome.react!(target, '❤️', context))],
    ['take a reaction back', outcome.react && ((context) => outcome.react!(target, undefined, context))],
    ['typing', outcome.typing && ((context) => outcome.typing!(context))],
    ['markSeen', outcome.markSeen && ((context) => outcome.markSeen!(context))],
    ['acknowledge', outcome.acknowledge && ((context) => outcome.acknowledge!(token, context))],
  ];
  return requests.filter((request): request is [string, Request] => request[1] !== undefined);
}
