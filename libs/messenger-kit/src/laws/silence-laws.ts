import { setTimeout as after } from 'node:timers/promises';
import { inspect } from 'node:util';
import type { Messenger } from '../contract.js';
import { accountOf } from './law-context.js';
import type { MessengerSubject } from './messenger-subject.js';
import type { ScriptedServer } from './scripted-server.js';

/** The client of the laws gives up after two seconds. */
const PATIENCE_MS = 15_000;
const STILL_WAITING = 'no end';
const NOW = new Date('2026-11-22T12:00:00Z');

/** Laws of what is asked without a signal that ends it: nobody waits for good, and nobody is shown a credential. */
export function silenceLaws(
  subject: MessengerSubject,
  messenger: () => Messenger,
  network: () => ScriptedServer,
): void {
  const { request } = subject.registration;
  const questions = (): [string, Promise<unknown> | undefined][] => {
    const { registration, profile } = messenger();
    const account = accountOf(subject, network());
    const { webhookUrl } = request;
    return [
      ['identify', registration.identify(request.credentials)],
      ['connect', registration.connect(request)],
      ['disconnect', registration.disconnect(account, webhookUrl)],
      ['inspect', registration.inspect?.(account, { webhookUrl, delivery: 'webhook', now: NOW })],
      ['renew', registration.renew?.(account, NOW)],
      ['picture', registration.picture?.(account)],
      ['profile', profile?.read(account, subject.recipient)],
    ];
  };

  test(
    'a network that says nothing is given up, whatever it was asked',
    async () => {
      network().script = () => undefined;
      const waiting = questions().map(async ([name, question = Promise.resolve()]) => {
        const end = question.then(
          () => 'an answer',
          (reason: unknown) => inspect(reason),
        );
        return [name, await Promise.race([end, after(PATIENCE_MS, STILL_WAITING, { ref: false })])] as const;
      });
      for (const [name, end] of await Promise.all(waiting)) {
        expect([name, end]).not.toEqual([name, STILL_WAITING]);
        for (const secret of subject.registration.secrets) expect(end).not.toContain(secret);
      }
    },
    PATIENCE_MS + 5_000,
  );

  test.each(['<html>', '{}', '[]', 'null'])('an answer of %s tells nobody’s name', async (body) => {
    const { profile } = messenger();
    network().script = () => ({ status: 200, body });
    const said = await profile
      ?.read(accountOf(subject, network()), subject.recipient)
      .catch((reason: unknown) => expect(reason).toBeInstanceOf(Error));
    expect(said?.name).toBeUndefined();
  });
}
