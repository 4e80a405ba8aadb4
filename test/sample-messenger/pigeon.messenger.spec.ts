import { GuardedHttp, MessengerRegistry } from '#messenger-kit';
import { itIsAMessenger, sample, samplesIn } from '../../libs/messenger-kit/testing.js';
import { PigeonMessenger } from './pigeon.messenger.js';

const fixtures = new URL('./fixtures/', import.meta.url);
const KEY = 'dove-1.c8a1f00dbeef';

itIsAMessenger('Pigeon post', {
  make: (apiUrl, http) => new PigeonMessenger({ apiUrl }, http),
  account: { channelId: 'c1', messenger: 'pigeon', source: 'dove-1', credentials: { key: KEY } },
  recipient: { scope: 'dove-1', externalId: 'anna-17' },
  sign: (_, secret) => ({ 'x-ring': secret }),
  proofHeader: 'x-ring',
  samples: samplesIn(fixtures),
  text: sample(fixtures, 'text'),
  unknownEvent: '{"smoke":1}',
  sendAnswers: {
    sent: { status: 201, body: '{"no":433}', externalId: '433' },
    rejected: [
      { status: 401, body: '', class: 'reauthorize' },
      { status: 404, body: '', class: 'permanent' },
      { status: 410, body: '', class: 'blocked' },
      { status: 429, body: '', class: 'retryAfter', retryAfterMs: 60_000 },
    ],
  },
  registration: {
    request: {
      credentials: { key: KEY },
      webhookUrl: 'https://chat.example.com/webhooks/pigeon/k',
      webhookSecret: 'ring_of_the_dove',
    },
    secrets: [KEY, 'ring_of_the_dove'],
  },
});

test('one line adds it to the list', async () => {
  const http = new GuardedHttp();
  const messengers = {
    pigeon: PigeonMessenger,
  };
  const list = Object.entries(messengers).map(([key, Kind]) => [key, new Kind({}, http)] as const);
  expect(new MessengerRegistry(new Map(list)).require('pigeon').outcome.powers).toEqual(['text']);
  await http.close();
});

test('a letter is a message; one of something else is kept as unsupported', () => {
  const { income } = new PigeonMessenger({}, new GuardedHttp());
  const convert = (name: string) =>
    income.convert({ headers: {}, body: Buffer.from(sample(fixtures, name)) }, { source: 'dove-1' });
  expect(convert('text')).toEqual([
    {
      kind: 'message',
      source: 'dove-1',
      key: 'letter:417',
      externalId: '417',
      sender: { scope: 'dove-1', externalId: 'anna-17', name: 'Anna Petrenko' },
      sentAt: new Date('2026-11-22T09:30:00Z'),
      content: { text: 'Is the oak lamp in stock?' },
    },
  ]);
  expect(convert('feather')).toMatchObject([{ content: { unsupported: { kind: 'letter' } } }]);
});
