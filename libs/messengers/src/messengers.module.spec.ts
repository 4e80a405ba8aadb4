import { readFileSync } from 'node:fs';
import { Global, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { MESSENGER_SETTINGS, MessengerRegistry, NotAskedError } from '#messenger-kit';
import { aScriptedServer } from '../../messenger-kit/testing.js';
import { MessengersModule } from './messengers.module.js';
import { messengers } from './messengers.js';

test('the registry knows the messengers of the list and speaks to the origins of the configuration only', async () => {
  const network = await aScriptedServer(() => ({
    status: 200,
    body: '{"ok":true,"result":{"id":7,"first_name":"B"}}',
  }));

  @Global()
  @Module({
    providers: [
      {
        provide: MESSENGER_SETTINGS,
        useValue: { telegram: { apiUrl: network.url }, facebook: { appId: '1', verifyToken: 'word' } },
      },
    ],
    exports: [MESSENGER_SETTINGS],
  })
  class Settings {}

  const module = await Test.createTestingModule({ imports: [Settings, MessengersModule] }).compile();
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

test.each(Object.keys(messengers))('%s is under the laws', (key) => {
  const spec = readFileSync(new URL(`./${key}/${key}.messenger.spec.ts`, import.meta.url), 'utf8');
  expect(spec).toMatch(/^itIsAMessenger\(/m);
});
