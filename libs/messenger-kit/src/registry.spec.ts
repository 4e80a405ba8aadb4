import { MessengerRegistry } from './registry.js';
import type { Messenger } from './contract.js';

const registryWith = (key: string): MessengerRegistry => new MessengerRegistry(new Map([[key, {} as Messenger]]));

test('a messenger is called by what can stand in its webhook address', () => {
  for (const key of ['owl', 'owl-post', 'x2']) expect(registryWith(key).get(key)).toBeDefined();
});

test.each(['owlPost', 'owl_post', 'Owl', 'owl post', 'сова', '', 'x'.repeat(41)])(
  'one called "%s" could not be called by its network: the start ends, and says so',
  (key) => {
    expect(() => registryWith(key)).toThrow(`"${key}"`);
    expect(() => registryWith(key)).toThrow('messengers.ts');
  },
);
