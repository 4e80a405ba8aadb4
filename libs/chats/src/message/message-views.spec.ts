import { Attachments } from '#attachments';
import { newId } from '#database';
import type { Attachment, MessageContent } from '#messenger-kit';
import { MessageChanges } from '../change/message-changes.js';
import {
  type ChangeHouse,
  deletion,
  edit,
  minute,
  openChangeHouse,
  type Person,
  reaction,
} from '../testing/change-house.js';
import { Conversation } from './conversation.js';

let house: ChangeHouse;
beforeAll(async () => {
  house = await openChangeHouse();
});
afterAll(() => house.close());

async function shown(person: Person, content: MessageContent) {
  await house.says(person, 'm1', content);
  return lastShown(person);
}

async function lastShown(person: Person) {
  const supervisor = await house.anAgent({ role: 'supervisor' });
  const chatId = await house.chatOf(person);
  const { data } = await house.get(Conversation).getConversation(supervisor, chatId, { limit: 50 });
  return data.at(-1)!;
}

const stateOf = async (id: string) => (await house.get(Attachments).views(house.database, [id])).get(id);

test('places, contacts, polls, links and what was offered are shown whole', async () => {
  const message = await shown(await house.aPerson(), {
    attachments: [
      { type: 'location', location: { latitude: 52.5, longitude: 13.4, title: 'Shop' } },
      { type: 'contact', contact: { name: 'Ada', phone: '+49 30 1' } },
      { type: 'poll', poll: { question: 'When?', options: ['Mon', 'Tue'] } },
      { type: 'link', url: 'https://example.com', title: 'Lamps' },
      { type: 'audio', form: 'voice', duration: 3 },
    ],
    choices: [
      { title: 'Yes', payload: 'Y' },
      { title: 'More', url: 'https://example.com' },
    ],
  });
  expect(message.attachments).toMatchObject([
    { type: 'location', location: { latitude: 52.5, longitude: 13.4, title: 'Shop', address: null } },
    { type: 'contact', contact: { name: 'Ada', phone: '+49 30 1', email: null } },
    { type: 'poll', poll: { question: 'When?', options: ['Mon', 'Tue'] } },
    { type: 'link', url: 'https://example.com', title: 'Lamps', file: null },
    { type: 'audio', form: 'voice', duration: 3 },
  ]);
  expect(message.choices).toEqual([
    { title: 'Yes', payload: 'Y', url: null },
    { title: 'More', payload: null, url: 'https://example.com' },
  ]);
});

test('a file is shown with how it stands', async () => {
  const person = await house.aPerson();
  const attachment: Attachment = { type: 'image', id: newId(), reference: 'secret-file-id', name: 'cat.jpg' };
  const message = await shown(person, { attachments: [attachment] });
  expect(message.attachments).toMatchObject([{ type: 'image', name: 'cat.jpg', file: null }]);
  const { channelId } = person;
  const of = { messenger: 'pigeon', channelId, chatId: await house.chatOf(person), messageId: message.id };
  await house.database.transaction((tx) =>
    house.get(Attachments).expect(tx, [{ ...of, id: attachment.id!, attachment }]),
  );
  const again = await lastShown(person);
  expect(again.attachments).toMatchObject([{ file: { id: attachment.id, state: 'pending', url: null } }]);
  expect(JSON.stringify(again)).not.toContain('secret-file-id');
});

test('reactions, edits and deletions show', async () => {
  const person = await house.aPerson();
  await house.says(person, 'm1', { text: 'Helo' });
  await house.happens(reaction(person, 'm1', ['👍', '🎉'], minute(1)), edit(person, 'm1', 'Hello', minute(1)));
  expect(await lastShown(person)).toMatchObject({
    text: 'Hello',
    editedAt: minute(1),
    reactions: [
      { emoji: '👍', by: 'contact' },
      { emoji: '🎉', by: 'contact' },
    ],
  });
  await house.happens(deletion(person, 'm1', minute(2)));
  expect(await lastShown(person)).toMatchObject({ text: null, reactions: [], editedAt: null, deletedAt: minute(2) });
});

test('a file that an edit brings is fetched, one that stays is not, one that goes is discarded', async () => {
  const person = await house.aPerson();
  await house.says(person, 'm1', { text: 'Look' });
  const [stays, goes, comes] = ['stays', 'goes', 'comes'].map((reference): Attachment => ({
    type: 'image',
    reference,
  }));
  const edited = (at: Date, ...attachments: Attachment[]) => {
    const change = edit(person, 'm1', 'Look', at);
    return { ...change, event: { ...change.event, content: { text: 'Look', attachments } } as typeof change.event };
  };
  await house.happens(edited(minute(1), stays!, goes!));
  const ids = async () => (await house.message(person, 'm1'))!.content!['attachments'] as Attachment[];
  const [one, two] = await ids();
  expect(await stateOf(one!.id!)).toMatchObject({ state: 'pending' });
  await house.happens(edited(minute(2), comes!, stays!));
  const [three, four] = await ids();
  expect(four!.id).toBe(one!.id);
  expect(await stateOf(three!.id!)).toMatchObject({ state: 'pending' });
  expect(await stateOf(two!.id!)).not.toMatchObject({ state: 'pending' });
  await house.happens(deletion(person, 'm1', minute(3)));
  expect(await stateOf(one!.id!)).not.toMatchObject({ state: 'pending' });
});

test('an edit that was overtaken brings no file', async () => {
  const person = await house.aPerson();
  await house.says(person, 'm1', { text: 'Look' });
  const late = edit(person, 'm1', 'Old', minute(1));
  const attachments: Attachment[] = [{ type: 'image', reference: 'late' }];
  await house.happens(edit(person, 'm1', 'New', minute(2)));
  await house.database.transaction((tx) =>
    house
      .get(MessageChanges)
      .apply(tx, [{ ...late, event: { ...late.event, content: { attachments } } as typeof late.event }], new Date()),
  );
  const chat = await house.chatOf(person);
  expect(await house.database.rows('SELECT 1 FROM attachments WHERE chat_id = $1', [chat])).toEqual([]);
});
