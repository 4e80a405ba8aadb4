import { SystemLines } from '../outgoing/system-lines.repository.js';
import { type ChangeHouse, deletion, minute, openChangeHouse } from '../testing/change-house.js';

/** Real: the room and PostgreSQL. */
let house: ChangeHouse;
beforeAll(async () => {
  house = await openChangeHouse();
});
afterAll(() => house.close());

test('what was taken back is shown in no list, however many lines the house wrote since', async () => {
  const person = await house.aPerson();
  await house.says(person, 'm1', { text: 'My password is hunter2' });
  const chatId = await house.chatOf(person);
  await house.database.transaction(async (tx) => {
    const lines = house.get(SystemLines);
    for (let line = 0; line < 40; line++) await lines.append(tx, chatId, `Note ${line}`, minute(1));
  });
  await house.happens(deletion(person, 'm1', minute(2)));
  const last = 'SELECT last_message_preview AS preview FROM chats WHERE id = $1';
  expect(await house.database.row(last, [chatId])).toEqual({ preview: '[deleted]' });
});
