import { inspect } from 'node:util';
import type { ChannelAccount, ConnectRequest, Messenger, RenewVerdict } from '../contract.js';
import type { MessengerSubject } from './messenger-subject.js';
import type { ScriptedAnswer, ScriptedServer } from './scripted-server.js';

/** Whenever they were made, they are about to end. */
const RENEWED_AT = new Date('2099-12-01T00:00:00Z');

/** Laws of `MessengerRegistrationWorker`. */
export function registrationLaws(
  { registration: { request, refusal, secrets, nothingToDisconnect }, account }: MessengerSubject,
  messenger: () => Messenger,
  network: () => ScriptedServer,
): void {
  const expectQuiet = (said: unknown): void => {
    for (const secret of secrets) expect(inspect(said, { depth: 9 })).not.toContain(secret);
  };

  test('each credential field says what it is; an app-wide callback has secrets', () => {
    const { registration } = messenger();
    const { credentialFields, callback, signingCredential } = registration;
    expect(credentialFields.every(({ name, description }) => name !== '' && description !== '')).toBe(true);
    expect(credentialFields.length).toBeGreaterThan(0);
    expect('appSecrets' in registration).toBe(callback === 'app');
    if (signingCredential === undefined) return;
    expect(callback).toBe('channel');
    expect(credentialFields.map(({ name }) => name)).toContain(signingCredential);
  });

  test('what it is connected with is what its fields ask for', () => {
    const fields = messenger().registration.credentialFields.map(({ name }) => name);
    expect(fields).toEqual(expect.arrayContaining(Object.keys(request.credentials)));
  });

  test('missing or odd credentials are refused without a call', async () => {
    for (const value of ['', ' ', '../../x', 'a b', 'ü\n', 'x\0y']) {
      const credentials = Object.fromEntries(Object.keys(request.credentials).map((name) => [name, value]));
      if (value === '../../x' && messenger().registration.callback === 'app') continue;
      expect((await messenger().registration.identify(credentials)).kind).toBe('refused');
    }
    expect((await messenger().registration.identify({})).kind).toBe('refused');
    expect(network().calls).toEqual([]);
  });

  if (refusal) networkLaws({ request, refusal, account, nothingToDisconnect }, messenger, network, expectQuiet);
  else {
    test('connecting asks nobody, and gives the same account every time', async () => {
      const verdict = await messenger().registration.connect(request);
      expect(verdict.kind).toBe('connected');
      expect(await messenger().registration.connect(request)).toEqual(verdict);
      await messenger().registration.disconnect(account, request.webhookUrl);
      expect(network().calls).toEqual([]);
    });
  }
}

interface Asked {
  readonly request: ConnectRequest;
  readonly refusal: ScriptedAnswer;
  readonly account: ChannelAccount;
  readonly nothingToDisconnect: true | undefined;
}

/** Where the network knows who may. */
function networkLaws(
  { request, refusal, account, nothingToDisconnect }: Asked,
  messenger: () => Messenger,
  network: () => ScriptedServer,
  expectQuiet: (said: unknown) => void,
): void {
  test('a credential the network does not know is refused with a sentence, and nothing is changed there', async () => {
    network().script = () => refusal;
    const verdict = await messenger().registration.connect(request);
    expect(verdict).toMatchObject({ kind: 'refused', sentence: expect.stringMatching(/^\p{L}.*[.]$/u) as string });
    expect(network().calls).toHaveLength(1);
    expectQuiet(verdict);
  });

  test.each(['<html>', '{}', '[]', '{"ok":true,"result":7}'])(
    'an answer of %s is a refusal, not a crash',
    async (body) => {
      network().script = () => ({ status: 200, body });
      expect((await messenger().registration.connect(request)).kind).toBe('refused');
    },
  );

  test('credentials are renewed by nothing but fresh ones, and no refusal shows them', async () => {
    const renew = (): Promise<RenewVerdict> =>
      messenger().registration.renew?.(account, RENEWED_AT) ?? Promise.resolve({ kind: 'not_due' });
    for (const answer of [refusal, { status: 502, body: '<html>' }, { status: 200, body: '{}' }]) {
      network().script = () => answer;
      const said: unknown = await renew().catch((reason: unknown) => reason);
      expect(said).not.toMatchObject({ kind: 'renewed' });
      expectQuiet(said);
    }
  });

  test('a revoked credential has nothing left to disconnect', async () => {
    network().script = () => refusal;
    await expect(messenger().registration.disconnect(account, request.webhookUrl)).resolves.toBeUndefined();
  });

  test('a network out of reach rejects, without showing credentials', async () => {
    await network().close();
    const connecting = () => messenger().registration.connect(request);
    const disconnecting = () => messenger().registration.disconnect(account, request.webhookUrl);
    if (nothingToDisconnect) await expect(disconnecting()).resolves.toBeUndefined();
    for (const call of nothingToDisconnect ? [connecting] : [connecting, disconnecting]) {
      const error: unknown = await call().catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(Error);
      expectQuiet(error);
    }
  });
}
