import { plainToInstance } from 'class-transformer';
import { validate } from 'class-validator';
import { newId } from '#database';
import { RegisterChannel, UpdateChannel } from './channels.dto.js';

const order = { messenger: 'telegram', queueId: newId(), credentials: { token: 'abc' } };

async function complaintsAbout(kind: typeof RegisterChannel | typeof UpdateChannel, body: object): Promise<string[]> {
  const errors = await validate(plainToInstance<object, object>(kind, body), {
    whitelist: true,
    forbidNonWhitelisted: true,
  });
  return errors.map(({ property }) => property);
}

it.each([{}, { name: 'Hilfe & Töne 🎉' }, { language: 'pt-BR' }, { name: 'X' }])(
  'takes an order with %j',
  async (more) => {
    expect(await complaintsAbout(RegisterChannel, { ...order, ...more })).toEqual([]);
  },
);

it.each<[string, unknown]>([
  ['messenger', { $ne: '' }],
  ['messenger', 1],
  ['queueId', 'x'],
  ['queueId', null],
  ['credentials', 'token'],
  ['credentials', ['token']],
  ['credentials', null],
  ['name', null],
  ['name', ''],
  ['name', ' blank '],
  ['name', 'two\nlines'],
  ['name', 'nul\0'],
  ['name', 'x'.repeat(201)],
  ['language', 'Deutsch!'],
  ['language', null],
  ['active', false],
])('refuses an order whose %s is %j', async (field, value) => {
  expect(await complaintsAbout(RegisterChannel, { ...order, [field]: value })).toEqual([field]);
});

it.each<[string, unknown]>([
  ['active', 'yes'],
  ['active', null],
  ['queueId', null],
  ['health', 'ok'],
  ['credentials', {}],
  ['webhookUrl', 'https://example.com'],
])('refuses a change of %s to %j', async (field, value) => {
  expect(await complaintsAbout(UpdateChannel, { [field]: value })).toEqual([field]);
});
