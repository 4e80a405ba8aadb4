import { newId, ReceivingDatabase } from '#database';
import type { Attachment, ChangeEvent, MessageContent } from '#messenger-kit';
import {
  type ChangeHouse,
  deletion,
  edit,
  minute,
  openChangeHouse,
  type Person,
  reaction,
} from '../testing/change-house.js';
import { MessageChanges } from './message-changes.js';
import { WaitingSweep } from './waiting-sweep.js';

let house: ChangeHouse;
beforeAll(async () => {
  house = await openChangeHouse();
});
afterAll(() => house.close());

async function whoSaid(text: string) {
  const person = await house.aPerson();
  await house.says(person, 'm1', { text });
  return person;
}

const previewOf = async (chatId: string) =>
  (await house.database.row<{ p: string }>('SELECT last_message_preview AS p FROM chats WHERE id = $1', [chatId]))!.p;

const attachmentsOf = async (person: Person, externalId: string) =>
  (await house.message(person, externalId))!.content!.attachments as Attachment[];

const aPicture = (reference: string) => ({ type: 'image' as const, reference });
const understand = ({ channelId }: Person, externalId: string, content: MessageContent) =>
  house.database.transaction((tx) =>
    house.get(MessageChanges).understand(tx, { channelId, externalId }, content, minute(9)),
  );

test('an edit replaces what was said, and the preview follows', async () => {
  const person = await whoSaid('Helo');
  await house.happens(edit(person, 'm1', 'Hello', minute(1)));
  expect(await house.message(person, 'm1')).toMatchObject({ text: 'Hello', editedAt: minute(1) });
  const chat = await house.chatOf(person);
  expect(await previewOf(chat)).toBe('Hello');
  expect((await house.newsOf(chat)).at(-1)).toMatchObject({ type: 'message.edited', data: { preview: 'Hello' } });
});

test('the newest edit holds, also when an older one comes later', async () => {
  const person = await whoSaid('1');
  await house.happens(edit(person, 'm1', '3', minute(3)), edit(person, 'm1', '2', minute(2)));
  await house.happens(edit(person, 'm1', '2', minute(2)));
  expect(await house.message(person, 'm1')).toMatchObject({ text: '3', editedAt: minute(3) });
});

test('a messenger that numbers its edits is believed before its clock', async () => {
  const person = await whoSaid('1');
  await house.happens(edit(person, 'm1', 'third', minute(1), 3), edit(person, 'm1', 'second', minute(2), 2));
  expect(await house.message(person, 'm1')).toMatchObject({ text: 'third' });
});

test('what a message answers stays as it is, whatever an edit says', async () => {
  const person = await house.aPerson();
  await house.says(person, 'm1', { text: 'That won', replyTo: 'm0', quote: 'the oak lamp' });
  await house.happens(edit(person, 'm1', 'That one', minute(1)));
  expect(await house.message(person, 'm1')).toMatchObject({
    text: 'That one',
    content: { replyTo: 'm0', quote: 'the oak lamp' },
  });
});

test('an edit that changes nothing is none', async () => {
  const person = await whoSaid('Hello');
  await house.happens(edit(person, 'm1', 'Hello', minute(1)));
  expect(await house.message(person, 'm1')).toMatchObject({ text: 'Hello', editedAt: null });
  expect(await house.newsOf(await house.chatOf(person))).not.toContainEqual(
    expect.objectContaining({ type: 'message.edited' }),
  );
});

test('an edit keeps what the message answers', async () => {
  const person = await house.aPerson();
  await house.says(person, 'm1', { text: 'Yes', replyTo: 'm0', choice: { title: 'Yes' } });
  await house.happens(edit(person, 'm1', 'No', minute(1)));
  expect(await house.message(person, 'm1')).toMatchObject({ text: 'No', content: { replyTo: 'm0' } });
});

test('a deletion leaves nothing of what was said, and no edit brings it back', async () => {
  const person = await house.aPerson();
  await house.says(person, 'm1', { text: 'Secret', attachments: [{ type: 'image', reference: 'r' }] });
  await house.happens(deletion(person, 'm1', minute(1)));
  await house.happens(edit(person, 'm1', 'Again', minute(2)), reaction(person, 'm1', ['👍'], minute(2)));
  const message = { text: null, content: null, editedAt: null, deletedAt: minute(1) };
  expect(await house.message(person, 'm1')).toMatchObject(message);
  expect(await previewOf(await house.chatOf(person))).toBe('[deleted]');
});

test('the last reaction of each person holds', async () => {
  const person = await whoSaid('Hello');
  await house.happens(reaction(person, 'm1', ['👍'], minute(1)), reaction(person, 'm1', ['🎉'], minute(3)));
  await house.happens(reaction(person, 'm1', ['😢'], minute(2)), reaction(person, 'm1', ['❤️'], minute(1), 'account'));
  expect((await house.newsOf(await house.chatOf(person))).at(-1)).toMatchObject({
    type: 'message.reacted',
    data: {
      reactions: [
        { emoji: '🎉', by: 'contact' },
        { emoji: '❤️', by: 'channel' },
      ],
    },
  });
});

test('a reaction that was taken back is not brought back by an older one', async () => {
  const person = await whoSaid('Hello');
  await house.happens(reaction(person, 'm1', [], minute(2)));
  await house.happens(reaction(person, 'm1', ['👍'], minute(1)));
  const news = await house.newsOf(await house.chatOf(person));
  expect(news.filter(({ type }) => type === 'message.reacted')).toEqual([]);
});

test('what could not be shown is shown when it is understood: files that are here stay, and the lists follow', async () => {
  const person = await house.aPerson();
  const attachments = [{ type: 'image' as const, id: newId() }, { type: 'unsupported' as const }];
  await house.says(person, 'm1', { attachments, replyTo: 'm0', unsupported: { kind: 'riddle' } });
  await house.happens(reaction(person, 'm1', ['👍'], minute(1)));
  const today = { text: 'Hello', attachments: [aPicture('r1'), aPicture('r2')], replyTo: 'm0' };
  expect(await understand(person, 'm1', today)).toEqual([
    expect.objectContaining({
      type: 'message.edited',
      seq: 1,
      data: expect.objectContaining({ preview: 'Hello' }) as unknown,
    }),
  ]);
  const message = await house.message(person, 'm1');
  expect(message).toMatchObject({
    text: 'Hello',
    editedAt: null,
    content: { replyTo: 'm0', reactions: [{ emojis: ['👍'] }] },
  });
  const [first, second] = message!.content!.attachments as Attachment[];
  expect(first).toEqual({ type: 'image', id: attachments[0]!.id });
  expect(second!.id).not.toBe(first!.id);
  expect(await previewOf(await house.chatOf(person))).toBe('Hello');
  expect(await understand(person, 'm1', { text: 'Something else' })).toEqual([]);
});

test('what was edited or taken back meanwhile is not shown as it was', async () => {
  const person = await house.aPerson();
  for (const id of ['m1', 'm2']) await house.says(person, id, { unsupported: { kind: 'riddle' } });
  await house.happens(edit(person, 'm1', 'Edited', minute(1)), deletion(person, 'm2', minute(1)));
  for (const id of ['m1', 'm2', 'unknown']) expect(await understand(person, id, { text: 'Hello' })).toEqual([]);
  expect(await house.message(person, 'm1')).toMatchObject({ text: 'Edited' });
  expect(await house.message(person, 'm2')).toMatchObject({ text: null, deletedAt: minute(1) });
});

test('what comes before its message waits for it, whichever it is', async () => {
  const person = await house.aPerson();
  await house.happens(edit(person, 'm1', 'Hello', minute(1)), edit(person, 'm2', 'Gone', minute(1)));
  await house.happens(reaction(person, 'm1', ['👍'], minute(2)), deletion(person, 'm2', minute(2)));
  await house.says(person, 'm1', { text: 'Helo' });
  await house.says(person, 'm2', { text: 'Gon' });
  expect(await house.message(person, 'm1')).toMatchObject({ text: 'Hello', editedAt: minute(1) });
  expect(await house.message(person, 'm2')).toMatchObject({ text: null, deletedAt: minute(2) });
  expect(await house.database.rows('SELECT 1 FROM waiting_changes WHERE channel_id = $1', [person.channelId])).toEqual(
    [],
  );
});

test('how a change that waits refers to a file is sealed until its message comes', async () => {
  const person = await house.aPerson();
  const attachments = [{ type: 'location' as const, name: 'here' }, aPicture('secret-link')];
  const withFile = (target: string) => {
    const { event, ...rest } = edit(person, target, 'Look', minute(1));
    return { ...rest, event: { ...event, content: { text: 'Look', attachments } } as ChangeEvent };
  };
  await house.happens(withFile('m1'));
  const waiting = await house.database.rows('SELECT * FROM waiting_changes WHERE channel_id = $1', [person.channelId]);
  expect(JSON.stringify(waiting)).toContain('here');
  expect(JSON.stringify(waiting)).not.toContain('secret-link');
  for (const id of ['m1', 'm2']) await house.says(person, id, { text: 'Loo' });
  await house.happens(withFile('m2'));
  const [waited, plain] = await Promise.all(['m1', 'm2'].map((id) => attachmentsOf(person, id)));
  expect(waited).toEqual([attachments[0], { ...plain![1], id: waited![1]!.id }]);
  expect(waited![1]).toMatchObject({ id: expect.any(String) as string, mark: expect.any(String) as string });
});

test('a change that refers to a file by a seal nobody opens keeps neither its message nor others waiting', async () => {
  const person = await house.aPerson();
  const { event, ...rest } = edit(person, 'm1', 'Look', minute(1));
  await house.happens({
    ...rest,
    event: { ...event, content: { text: 'Look', attachments: [aPicture('r')] } } as ChangeEvent,
  });
  const broken = `UPDATE waiting_changes SET file_references = 'AQFr', look_at = now() WHERE channel_id = $1`;
  await house.database.rows(broken, [person.channelId]);
  await house.get(WaitingSweep).sweep();
  await house.says(person, 'm1', { text: 'Loo' });
  const { text, content } = (await house.message(person, 'm1'))!;
  expect({ text, content }).toMatchObject({ text: 'Look', content: { attachments: [{ type: 'image' }] } });
});

test('a change finds its message in a closed chat', async () => {
  const person = await whoSaid('Helo');
  await house.database.rows(`UPDATE chats SET status = 'closed', closed_at = now() WHERE identity_id = $1`, [
    person.identityId,
  ]);
  await house.happens(edit(person, 'm1', 'Hello', minute(1)));
  expect(await house.message(person, 'm1')).toMatchObject({ text: 'Hello' });
});

test('one channel’s ids mean nothing on another', async () => {
  const [one, other] = [await whoSaid('Mine'), await whoSaid('Yours')];
  await house.happens(deletion(one, 'm1', minute(1)));
  expect(await house.message(other, 'm1')).toMatchObject({ text: 'Yours', deletedAt: null });
});

test('an edit that looks while its message is being stored is found by the sweep', async () => {
  const person = await house.aPerson();
  const storing = house.get(ReceivingDatabase).dataSource.createQueryRunner();
  await storing.startTransaction();
  await house.storeIn(storing.manager, { ...person, externalId: 'm1', sentAt: minute(0), content: { text: 'Helo' } });
  await house.catchUpIn(storing.manager, person, 'm1');
  await house.happens(edit(person, 'm1', 'Hello', minute(1)));
  await storing.commitTransaction();
  await storing.release();
  expect(await house.message(person, 'm1')).toMatchObject({ text: 'Helo' });
  await house.database.rows('UPDATE waiting_changes SET look_at = now() WHERE channel_id = $1', [person.channelId]);
  await house.get(WaitingSweep).sweep();
  expect(await house.message(person, 'm1')).toMatchObject({ text: 'Hello', editedAt: minute(1) });
});

test('what never finds its message is looked for ever more rarely, and forgotten after a week', async () => {
  const person = await house.aPerson();
  await house.happens(edit(person, 'never', 'Hello', minute(1)));
  const waiting = () =>
    house.database.row<{ wait: number }>(
      `SELECT extract(epoch FROM look_at - now())::int AS wait FROM waiting_changes WHERE channel_id = $1`,
      [person.channelId],
    );
  const age = (days: number) =>
    house.database.rows(
      'UPDATE waiting_changes SET arrived_at = now() - make_interval(days => $2), look_at = now() WHERE channel_id = $1',
      [person.channelId, days],
    );
  await age(1);
  await house.get(WaitingSweep).sweep();
  expect((await waiting())!.wait).toBeGreaterThan(23 * 3600);
  await age(8);
  await house.get(WaitingSweep).sweep();
  expect(await waiting()).toBeUndefined();
});
