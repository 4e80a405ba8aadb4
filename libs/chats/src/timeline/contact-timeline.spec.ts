import { newId } from '#database';
import type { Caller } from '#identity';
import { AcceptChat } from '../chat/accept-chat.js';
import { CloseChat } from '../chat/close-chat.js';
import { type ChatHouse, openChatHouse } from '../testing/chat-house.js';
import { ContactTimeline } from './contact-timeline.js';

/** Real: PostgreSQL. */
let house: ChatHouse;
let timeline: ContactTimeline;
beforeAll(async () => {
  house = await openChatHouse();
  timeline = house.get(ContactTimeline);
});
afterAll(() => house.close());

/** A contact with two identities, each with a closed chat and an open one. */
async function aLongStory() {
  const queueId = await house.aQueue();
  const [holder, other] = [await house.anAgent({ queues: [queueId] }), await house.anAgent()];
  const people = [await house.aContact(), await house.aContact()];
  await house.database.rows(
    `UPDATE identities SET contact_id = (SELECT contact_id FROM identities WHERE id = $1) WHERE id = $2`,
    people,
  );
  const [contact] = await house.database.rows<{ id: string }>('SELECT contact_id AS id FROM identities WHERE id = $1', [
    people[0],
  ]);
  const channelId = await house.aChannel(queueId);
  const chats: string[] = [];
  for (const text of ['First', 'Second']) {
    for (const identityId of people) {
      const chatId = await house.arrive({ channelId, identityId, queueId }, [text]);
      if (text === 'First') {
        await house.get(AcceptChat).acceptChat(holder, chatId);
        await house.get(CloseChat).closeActiveChat(holder, chatId);
      }
      chats.unshift(chatId);
    }
  }
  return { contactId: contact!.id, chats, holder, other };
}

const supervisor: Caller = { kind: 'key', id: newId(), role: 'supervisor', name: 'Eyes' };

async function read(caller: Caller, contactId: string, limit: number) {
  const found = [];
  for (let cursor: string | undefined, more = true; more;) {
    const { data, page } = await timeline.getContactTimeline(caller, contactId, { cursor, limit });
    found.push(...data);
    cursor = page.next ?? undefined;
    more = cursor !== undefined;
  }
  return found;
}

it('tells what there was over all identities, last opened first, page by page', async () => {
  const { contactId, chats, holder } = await aLongStory();
  const story = await read(supervisor, contactId, 1);
  expect(story.map(({ chatId }) => chatId)).toEqual(chats);
  expect(await read(supervisor, contactId, 3)).toEqual(story);
  const agent = { id: holder.id, name: holder.name };
  expect(story[0]).toMatchObject({ status: 'waiting', agent: null, acceptedAt: null, closedAt: null });
  expect(story[0]!.lastMessage).toMatchObject({ preview: 'Second', direction: 'inbound' });
  expect(story[3]).toMatchObject({ status: 'closed', agent, closedBy: agent, closeReason: 'agent' });
  expect(story[3]!.acceptedAt).toBeInstanceOf(Date);
});

it('leaves out what an agent may not see, and answers 404 to who may see none of it', async () => {
  const { contactId, chats, holder, other } = await aLongStory();
  expect((await read(holder, contactId, 10)).map(({ chatId }) => chatId)).toEqual(chats);
  await expect(read(other, contactId, 10)).rejects.toMatchObject({ statusCode: 404 });
  await house.database.rows('UPDATE chats SET status = $2, closed_at = now(), waiting_since = NULL WHERE id = $1', [
    chats[0],
    'closed',
  ]);
  expect((await read(holder, contactId, 10)).map(({ chatId }) => chatId)).toEqual(chats.slice(1));
});

it.each(['x', 'WyJ4Il0', Buffer.from('["1","b"]').toString('base64url')])('refuses the cursor %s', async (cursor) => {
  const page = timeline.getContactTimeline(supervisor, newId(), { limit: 2, cursor });
  await expect(page).rejects.toMatchObject({ statusCode: 400, code: 'invalid_cursor' });
});
