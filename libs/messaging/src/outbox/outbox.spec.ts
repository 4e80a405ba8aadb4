import { newId } from '#database';
import { openOutboxHouse, type OutboxHouse, type TestChat } from '../testing/outbox-house.js';
import type { Answer } from './answer.js';
import { Outbox } from './outbox.js';

let house: OutboxHouse;
beforeAll(async () => {
  house = await openOutboxHouse({ deliver: false }, 1);
});
afterAll(() => house.close());

const accept = async ({ agent, id }: TestChat, answer: Answer, key?: string) =>
  (await house.get(Outbox).accept(agent, id, answer, key, (messages) => messages)).body;

async function anUpload(uploader: string, type = 'image'): Promise<string> {
  const id = newId();
  await house.database.rows(
    `INSERT INTO attachments (id, state, type, name, mime_type, size, storage_key, uploaded_by, created_at, expires_at)
     VALUES ($1, 'stored', $2, 'cat.png', 'image/png', 5, $3, $4, now(), now() + interval '1 day')`,
    [id, type, newId(), `user:${uploader}`],
  );
  return id;
}

beforeEach(() => (house.scripted.powers = ['text', 'reply', 'image', 'choices']));

test('files, choices and a text are one answer; the files belong to it from then on', async () => {
  const chat = await house.aChat();
  const [one, two] = [await anUpload(chat.agent.id), await anUpload(chat.agent.id)];
  const choices = [{ title: 'Yes', payload: 'Y' }];
  const [message] = await accept(chat, { text: 'Look', attachments: [two, one], choices });
  expect(message).toMatchObject({
    content: { text: 'Look', choices, attachments: [{ id: two, type: 'image', name: 'cat.png' }, { id: one }] },
  });
  const kept = await house.database.rows(
    'SELECT 1 FROM attachments WHERE chat_id = $1 AND message_id = $2 AND expires_at IS NULL',
    [chat.id, message!.id],
  );
  expect(kept).toHaveLength(2);
  await expect(accept(chat, { attachments: [one] })).rejects.toMatchObject({ statusCode: 422 });
});

test('somebody else’s upload, an unknown one and a kind the messenger has not are refused; nothing is used up', async () => {
  const chat = await house.aChat();
  const [mine, video] = [await anUpload(chat.agent.id), await anUpload(chat.agent.id, 'video')];
  const foreign = await anUpload(newId());
  await expect(accept(chat, { attachments: [mine, foreign] })).rejects.toMatchObject({
    statusCode: 422,
    pointers: [{ pointer: '#/attachments/1' }],
  });
  await expect(accept(chat, { attachments: [newId()] })).rejects.toMatchObject({ statusCode: 422 });
  await expect(accept(chat, { attachments: [mine, video] })).rejects.toMatchObject({
    code: 'not_supported',
    pointers: [{ pointer: '#/attachments/1', detail: 'needs video' }],
  });
  expect(await accept(chat, { attachments: [mine] })).toHaveLength(1);
});

test('the same key gives the same answer, with files too', async () => {
  const chat = await house.aChat();
  const answer = { attachments: [await anUpload(chat.agent.id)] };
  const [first] = await accept(chat, answer, 'key-1');
  const [again] = await accept(chat, answer, 'key-1');
  expect(again!.id).toBe(first!.id);
});

test('who blocked us is not written to', async () => {
  const chat = await house.aChat();
  await house.database.rows(
    `INSERT INTO channel_identities (identity_id, channel_id, blocked_at)
     SELECT identity_id, channel_id, now() + interval '1 minute' FROM chats WHERE id = $1`,
    [chat.id],
  );
  await expect(accept(chat, { text: 'Hi' })).rejects.toMatchObject({
    statusCode: 409,
    code: 'send_not_allowed',
    detail: 'The contact blocked this account.',
  });
});
