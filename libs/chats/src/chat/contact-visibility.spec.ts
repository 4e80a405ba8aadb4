import { newId } from '#database';
import { type ChatHouse, openChatHouse } from '../testing/chat-house.js';
import { AcceptChat } from './accept-chat.js';
import { CloseChat } from './close-chat.js';
import { ContactsOfChats } from './contact-visibility.repository.js';

/** Real: PostgreSQL. */
let house: ChatHouse;
beforeAll(async () => {
  house = await openChatHouse();
});
afterAll(() => house.close());

async function contactOf(chatId: string): Promise<string> {
  const contact = await house.database.row<{ id: string }>(
    'SELECT i.contact_id AS id FROM chats c JOIN identities i ON i.id = c.identity_id WHERE c.id = $1',
    [chatId],
  );
  return contact!.id;
}

it('tells of many contacts at once who hears of each, in the order given', async () => {
  const queue = await house.aQueue();
  const agent = await house.anAgent({ queues: [queue] });
  const [waiting, held, closed] = [await house.aChat(queue), await house.aChat(queue), await house.aChat(queue)];
  for (const chatId of [held, closed]) await house.get(AcceptChat).acceptChat(agent, chatId);
  await house.get(CloseChat).closeActiveChat(agent, closed);
  const contacts = [newId(), ...(await Promise.all([held, closed, waiting].map(contactOf)))];
  const visibility = new ContactsOfChats(house.database);
  const hearers = await house.database.transaction((tx) => visibility.audiencesOf(tx, contacts));
  expect(hearers).toEqual([
    { agents: [], queues: [] },
    { agents: [agent.id], queues: [] },
    { agents: [], queues: [] },
    { agents: [], queues: [queue] },
  ]);
});
