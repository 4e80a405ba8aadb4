import { newId, rows } from '#database';
import type { Caller } from '#identity';
import { AcceptChat } from '../chat/accept-chat.js';
import { ChatViews } from '../chat/chat-views.js';
import { OutgoingMessages } from '../outgoing/outgoing-messages.js';
import { type ChatHouse, openChatHouse } from '../testing/chat-house.js';
import type { SentDraft } from './draft.repository.js';
import { Drafts } from './drafts.js';

/** Real: PostgreSQL. */
let house: ChatHouse;
beforeAll(async () => {
  house = await openChatHouse();
});
afterAll(() => house.close());

async function aDesk() {
  const queue = await house.aQueue();
  const agent = await house.anAgent({ queues: [queue] });
  const chat = await house.aChat(queue);
  await house.get(AcceptChat).acceptChat(agent, chat);
  const drafts = house.get(Drafts);
  const save = (text: string, by = agent) => drafts.save(by, chat, text);
  const read = async (by = agent) => (await drafts.get(by, chat)).text;
  const sent = (draft: SentDraft) =>
    house.database.transaction((tx) => house.get(OutgoingMessages).forgetDraft(tx, agent, chat, draft));
  return { agent, chat, drafts, save, read, sent };
}

it('is kept for its owner, shown in the chat’s view, and seen by nobody else', async () => {
  const { agent, chat, save, read } = await aDesk();
  const supervisor = await house.anAgent({ role: 'supervisor' });
  expect(await read()).toBe('');
  const { version } = await save('Good day! ');
  await save('Later', supervisor);
  expect([await read(), await read(supervisor)]).toEqual(['Good day! ', 'Later']);
  const view = (by: Caller) => house.get(ChatViews).get(by, chat);
  expect((await view(agent)).draft).toMatchObject({ text: 'Good day! ', version, updatedAt: expect.any(Date) as Date });
  expect((await view(await house.anAgent({ role: 'supervisor' }))).draft).toBeNull();
  await expect(save('x', await house.anAgent())).rejects.toMatchObject({ statusCode: 404 });
  const key: Caller = { kind: 'key', id: newId(), role: 'admin', name: 'CRM' };
  await expect(save('x', key)).rejects.toMatchObject({ code: 'needs_user' });
});

it('is not kept once the person is erased: a window that was left open writes it down again and again', async () => {
  const { chat, save, read } = await aDesk();
  await save('Dear Maria');
  const late = house.database.transaction(async (tx) => {
    await rows(
      tx,
      `UPDATE identities i SET external_id = 'erased:' || i.id, erased_at = now() FROM chats c
       WHERE c.id = $1 AND i.id = c.identity_id`,
      [chat],
    );
    const saving = save('Dear Maria, your address').catch((error: unknown) => error);
    await house.somebodyWaits();
    return { saving };
  });
  expect(await (await late).saving).toMatchObject({ statusCode: 409, code: 'person_erased' });
  expect(await read()).toBe('Dear Maria');
  await expect(save('Dear Maria')).rejects.toMatchObject({ code: 'person_erased' });
});

it('is what was written last, and gone when emptied or thrown away', async () => {
  const { agent, chat, drafts, save, read } = await aDesk();
  const [first, second] = [await save('a'), await save('b')];
  expect(first.version).not.toBe(second.version);
  expect(await read()).toBe('b');
  await save(' \n');
  expect(await read()).toBe('');
  await save('c');
  await drafts.remove(agent, chat);
  await drafts.remove(agent, chat);
  expect(await read()).toBe('');
  await save('a\0b\ud800');
  expect(await read()).toBe('ab\ufffd');
});

it('goes with the answer that is made of it, only if it was not changed since', async () => {
  const { save, read, sent } = await aDesk();
  const old = await save('Hello');
  const { version } = await save('Hello wor');
  await sent({ draftVersion: old.version!, text: 'Hello wor' });
  expect(await read()).toBe('Hello wor');
  await sent({ draftVersion: version!, text: 'Hello world' });
  expect(await read()).toBe('');
  await save('By its text\n');
  await sent({ text: 'Something else' });
  await sent({});
  expect(await read()).toBe('By its text\n');
  await sent({ text: ' By its text' });
  expect(await read()).toBe('');
});
