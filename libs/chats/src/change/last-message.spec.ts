import { type ChangeHouse, edit, minute, openChangeHouse, type Person } from '../testing/change-house.js';

/** Real: PostgreSQL. What lists show of a chat is what its conversation ends with, by the messenger's clock. */
let house: ChangeHouse;
beforeAll(async () => {
  house = await openChangeHouse();
});
afterAll(() => house.close());

async function lastOf(person: Person) {
  return house.database.row(
    `SELECT last_message_preview AS preview, last_message_direction AS direction, last_message_at AS at
     FROM chats WHERE id = $1`,
    [await house.chatOf(person)],
  );
}

async function aGreetedPerson() {
  const person = await house.aPerson();
  await house.says(person, 'm1', { text: 'Hi' });
  return { person, greeting: await house.sending(person, 'Welcome') };
}

test('what the contact wrote before our answer was accepted by a messenger whose clock is behind, or tells seconds only', async () => {
  const { person, greeting } = await aGreetedPerson();
  await house.says(person, 'm2', { text: 'Anybody?' }, minute(0));
  expect(await lastOf(person)).toMatchObject({ preview: 'Welcome', direction: 'outbound' });
  await house.answered(greeting, minute(0), 'm3');
  expect(await lastOf(person)).toEqual({ preview: 'Anybody?', direction: 'inbound', at: minute(0) });
});

test('and what they wrote after it', async () => {
  const { person, greeting } = await aGreetedPerson();
  await house.answered(greeting, minute(0), 'm2');
  expect(await lastOf(person)).toEqual({ preview: 'Welcome', direction: 'outbound', at: minute(0) });
  await house.says(person, 'm3', { text: 'Anybody?' }, minute(0));
  expect(await lastOf(person)).toEqual({ preview: 'Anybody?', direction: 'inbound', at: minute(0) });
});

test('an answer that was long on its way comes after what was written meanwhile, and stays there', async () => {
  const { person, greeting } = await aGreetedPerson();
  const [meanwhile, arrived] = [1_000, 60_000].map((ms) => new Date(Date.now() + ms)) as [Date, Date];
  await house.says(person, 'm2', { text: 'Anybody?' }, meanwhile);
  expect(await lastOf(person)).toEqual({ preview: 'Anybody?', direction: 'inbound', at: meanwhile });
  await house.answered(greeting, arrived, 'm3');
  expect(await lastOf(person)).toEqual({ preview: 'Welcome', direction: 'outbound', at: arrived });
  await house.happens(edit(person, 'm2', 'Anybody there?', arrived));
  expect(await lastOf(person)).toEqual({ preview: 'Welcome', direction: 'outbound', at: arrived });
});
