import { Webhook } from 'standardwebhooks';
import { newSecret, signed } from './signing.js';

const body = JSON.stringify({ type: 'chat.opened', data: { text: 'Grüße 🎉 \u2028' } });

it('signs as the reference library verifies', () => {
  const secret = newSecret();
  expect(new Webhook(secret).verify(body, signed('evt_1', body, [secret]))).toEqual(JSON.parse(body));
});

it('while secrets change, both of them verify, and no other', () => {
  const [fresh, old, other] = [newSecret(), newSecret(), newSecret()];
  const headers = signed('evt_1', body, [fresh, old]);
  for (const secret of [fresh, old]) expect(new Webhook(secret).verify(body, headers)).toBeDefined();
  expect(() => new Webhook(other).verify(body, headers)).toThrow();
  expect(() => new Webhook(fresh).verify(`${body} `, headers)).toThrow();
  expect(() => new Webhook(fresh).verify(body, { ...headers, 'webhook-id': 'evt_2' })).toThrow();
});
