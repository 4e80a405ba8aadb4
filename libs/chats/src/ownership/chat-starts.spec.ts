import { ContactErasure } from '#contacts';
import { newId } from '#database';
import type { Caller } from '#identity';
import { ChatList } from '../chat/chat-list.js';
import { DeclineOffer } from '../routing/decline-offer.js';
import { type ChatHouse, openChatHouse } from '../testing/chat-house.js';
import { routingDesk } from '../testing/routing-desk.js';
import { ChatStarts } from './chat-starts.js';
import { ReleaseChat } from './release-chat.js';

/** Real: the room and PostgreSQL. What is said in the chats is left out. */
let house: ChatHouse;
let desk: ReturnType<typeof routingDesk>;
beforeAll(async () => {
  house = await openChatHouse();
  desk = routingDesk(house);
});
afterAll(() => house.close());

/** Somebody the caller may see because they see everyone. */
const start = (caller: Caller, place: { channelId: string; identityId: string }) =>
  house.database.transaction((tx) => house.get(ChatStarts).start(tx, caller, place));

/** A chat that the caller began with somebody new, and gave back. */
async function aChatGivenBack(queue: string, caller: Caller): Promise<string> {
  const chat = await start(caller, { channelId: await house.aChannel(queue), identityId: await house.aContact() });
  await house.get(ReleaseChat).releaseChat(caller, chat);
  return chat;
}

describe('a chat that we began, given back', () => {
  it('waits from then on: the list shows it in its place, page by page', async () => {
    const queue = await house.aQueue();
    const supervisor = await house.anAgent({ queues: [queue], role: 'supervisor' });
    const first = await aChatGivenBack(queue, supervisor);
    const second = await house.aChat(queue);
    const third = await aChatGivenBack(queue, supervisor);
    const found: string[] = [];
    for (let cursor: string | undefined, more = true; more;) {
      const { data, page } = await house.get(ChatList).getChats(supervisor, { filter: 'waiting', limit: 1, cursor });
      found.push(...data.map(({ id }) => id));
      cursor = page.next ?? undefined;
      more = cursor !== undefined;
    }
    expect(found).toEqual([first, second, third]);
  });

  it('goes on to the next agent when the one it is offered to declines', async () => {
    const queue = await desk.aRoutedQueue();
    const anna = await house.anAgent({ queues: [queue], role: 'supervisor' });
    const ben = await house.anAgent({ queues: [queue] });
    const before = await house.aChat(queue);
    const [busy] = await desk.routed(before);
    const chat = await aChatGivenBack(queue, anna);
    const [free, other] = busy === anna.id ? [ben, anna] : [anna, ben];
    expect(await desk.routed(chat)).toEqual([free.id]);
    await house.get(DeclineOffer).declineOffer(free, chat);
    expect(await desk.routed(chat)).toEqual([other.id]);
  });
});

describe('whoever is erased', () => {
  async function anErasable() {
    const supervisor = await house.anAgent({ role: 'supervisor' });
    const place = { channelId: await house.aChannel(await house.aQueue()), identityId: await house.aContact() };
    const [identity] = await house.database.rows<{ contactId: string }>(
      'SELECT contact_id AS "contactId" FROM identities WHERE id = $1',
      [place.identityId],
    );
    return { supervisor, place, contactId: identity!.contactId };
  }

  it('is nobody to write to any more, as if there had never been anybody', async () => {
    const { supervisor, place, contactId } = await anErasable();
    await house.database.transaction((tx) => house.get(ContactErasure).forget(tx, contactId));
    const nobody = await start(supervisor, { ...place, identityId: newId() }).catch((error: unknown) => error);
    expect(nobody).toMatchObject({ statusCode: 404 });
    await expect(start(supervisor, place)).rejects.toEqual(nobody);
  });

  it('nor while it happens', async () => {
    const { supervisor, place, contactId } = await anErasable();
    let starting: Promise<unknown> | undefined;
    await house.database.transaction(async (tx) => {
      await house.get(ContactErasure).forget(tx, contactId);
      starting = start(supervisor, place).catch((error: unknown) => error);
      await house.somebodyWaits();
    });
    expect(await starting).toMatchObject({ statusCode: 404 });
  });
});
