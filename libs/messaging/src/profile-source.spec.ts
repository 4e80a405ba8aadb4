import { type Messenger, MessengerRegistry, type Recipient } from '#messenger-kit';
import type { Channels } from '#registration';
import { MessengerProfiles } from './profile-source.js';

/** Real: the port. Made up: the channel, and a messenger that knows some and is silent about others. */
function profilesOf(read: (person: Recipient) => Promise<{ name: string }>): MessengerProfiles {
  const account = { channelId: 'c1', messenger: 'owl', source: '1', credentials: {} };
  const owl = { profile: { read: (_: unknown, person: Recipient) => read(person) } } as unknown as Messenger;
  const channels = { account: () => Promise.resolve(account) } as unknown as Channels;
  return new MessengerProfiles(channels, new MessengerRegistry(new Map([['owl', owl]])));
}

it('a messenger that never answers about somebody holds up nobody for good', async () => {
  jest.useFakeTimers();
  let asked = () => {};
  const isAsked = new Promise<void>((resolve) => (asked = resolve));
  const profiles = profilesOf(({ externalId }) => {
    if (externalId !== 'mute') return Promise.resolve({ name: 'Ada' });
    asked();
    return new Promise<never>(() => undefined);
  });
  const people = ['mute', 'a', 'b', 'c', 'd'].map((externalId) => ({ scope: '', externalId }));
  const reading = profiles.read('c1', people);
  await isAsked;
  jest.advanceTimersByTime(5 * 60_000);
  jest.useRealTimers();
  const known = { status: 'fulfilled', value: { name: 'Ada' } };
  expect(await reading).toMatchObject([{ status: 'rejected' }, known, known, known, known]);
});
