import { readFileSync } from 'node:fs';
import { Global, Module } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import {
  GuardedHttp,
  MESSENGER_SETTINGS,
  MessengerRegistry,
  type MessengerSettings,
  NotAskedError,
} from '#messenger-kit';
import { aScriptedServer } from '../../messenger-kit/testing.js';
import { MessengersModule } from './messengers.module.js';
import { messengers } from './messengers.js';

function started(settings: MessengerSettings): Promise<TestingModule> {
  @Global()
  @Module({ providers: [{ provide: MESSENGER_SETTINGS, useValue: settings }], exports: [MESSENGER_SETTINGS] })
  class Settings {}
  return Test.createTestingModule({ imports: [Settings, MessengersModule] }).compile();
}

test('the registry knows the messengers of the list and speaks to the origins of the configuration only', async () => {
  const network = await aScriptedServer(() => ({
    status: 200,
    body: '{"ok":true,"result":{"id":7,"first_name":"B"}}',
  }));

  const module = await started({ telegram: { apiUrl: network.url }, facebook: { appId: '1', verifyToken: 'word' } });
  const registry = module.get(MessengerRegistry);
  expect(registry.entries().map(([key]) => key)).toEqual(Object.keys(messengers));
  expect(registry.get('pigeon')).toBeUndefined();
  expect(() => registry.require('pigeon')).toThrow('pigeon');
  expect(registry.require('facebook').registration.unavailable?.()).toContain('PARLEY_META_APP_SECRET');
  const { registration } = registry.require('telegram');
  expect(await registration.identify({ botToken: '7:abc' })).toMatchObject({ kind: 'connected', source: '7' });
  await module.close();
  await expect(registration.identify({ botToken: '7:abc' })).rejects.toBeInstanceOf(NotAskedError);
  await network.close();
});

test('an origin configured for one is closed to the others, and to what the house itself calls', async () => {
  const network = await aScriptedServer(() => ({ status: 200, body: 'content' }));
  const ofTelegram = await started({ telegram: { apiUrl: network.url } });
  const fileThere = (module: TestingModule, key: string) =>
    module
      .get(MessengerRegistry)
      .require(key)
      .media!.load(
        { channelId: 'c1', messenger: key, source: '7', credentials: { url: network.url } },
        { type: 'image', reference: `${network.url}/inside` },
        { maxBytes: 1_000, signal: AbortSignal.timeout(5_000) },
      );
  expect(await fileThere(ofTelegram, 'facebook')).toMatchObject({ kind: 'refused', class: 'permanent' });
  expect(await fileThere(ofTelegram, 'http')).toMatchObject({ kind: 'refused', class: 'permanent' });
  const action = { method: 'POST', url: network.url } as const;
  await expect(ofTelegram.get(GuardedHttp).request(action)).rejects.toBeInstanceOf(NotAskedError);
  await ofTelegram.close();

  const ofIntegrators = await started({ http: { allowedOrigins: `https://crm.example ${network.url}` } });
  expect(await fileThere(ofIntegrators, 'facebook')).toMatchObject({ kind: 'refused', class: 'permanent' });
  expect(network.calls).toEqual([]);
  expect(await fileThere(ofIntegrators, 'http')).toMatchObject({ kind: 'loaded' });
  expect(await ofIntegrators.get(GuardedHttp).request(action)).toMatchObject({ status: 200 });
  await ofIntegrators.close();
  await network.close();
});

test.each(Object.keys(messengers))('%s is under the laws', (key) => {
  const spec = readFileSync(new URL(`./${key}/${key}.messenger.spec.ts`, import.meta.url), 'utf8');
  expect(spec).toMatch(/^itIsAMessenger\(/m);
});
