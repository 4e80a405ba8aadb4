import { aCustomer, anOpenChat, openDesk } from './support/desk.js';
import { eventually } from './support/eventually.js';
import { openHouse, type House } from './support/house.js';
import { ServerProcess } from './support/server.js';
import type { TeamMessenger } from './support/team.js';
import { chatsOf, chatWith, messagesOf, messageWith } from './support/views.js';

/** What a queue says by itself. Real: the built server, PostgreSQL, sockets. Simulated: the messengers. */
let house: House;
beforeAll(async () => {
  house = await openDesk();
}, 120_000);
afterAll(() => house?.close());

const WELCOME = 'Welcome to Shop.';
const GOOD_BYE = 'Good-bye from Agent 0.';

const says = (texts: { greetingText?: string | null; closingText?: string | null }, { team } = house) =>
  team.admin.changed(`/v1/queues/${team.queueId}`, { greetingText: null, closingText: null, ...texts });

const GREETS = { greetingText: 'Welcome to {{queue.name}}.' };
const PARTS = { closingText: 'Good-bye from {{agent.name|us}}.' };

const agent = () => house.team.agents[0]!.api;
const wasTold = (who: Parameters<House['simulator']['received']>[0], ...texts: string[]) =>
  eventually(() => house.simulator.received(who).join('\n') === texts.join('\n'), 20_000, texts.join(', '));
const saidIn = async (chatId: string) =>
  (await messagesOf(agent(), chatId)).filter(({ direction }) => direction === 'outbound').map(({ text }) => text);

it.each<TeamMessenger>(['telegram', 'facebook'])(
  '%s: a greeting when the chat is opened, a good-bye when it is closed, both nobody’s',
  async (messenger) => {
    await says({ ...GREETS, ...PARTS });
    const who = aCustomer(house, messenger);
    house.simulator.customerWrites({ ...who, text: 'Is the lamp there?', at: Date.now() - 2_000 });
    await wasTold(who, WELCOME);
    const { id } = await chatWith(agent(), 'waiting', WELCOME);
    const greeting = await messageWith(agent(), id, WELCOME, 'sent');
    expect(greeting).toMatchObject({ seq: 2, direction: 'outbound', author: { kind: 'bot', id: null } });
    await agent().created(`/v1/chats/${id}/accept`);
    const figures = await agent().read(`/v1/chats/${id}`);
    expect(figures).toMatchObject({ unreadCount: 1, firstHumanReplyAt: null });
    await agent().created(`/v1/chats/${id}/messages`, { text: 'It is' });
    await agent().created(`/v1/chats/${id}/close`);
    await agent().created(`/v1/chats/${id}/close`);
    await wasTold(who, WELCOME, 'It is', GOOD_BYE);
    await messageWith(agent(), id, GOOD_BYE, 'sent');
    expect(await agent().read(`/v1/chats/${id}`)).toMatchObject({ status: 'closed', unreadCount: 1 });
  },
);

it('fifty redeliveries of the message that opened the chat, and further ones, are greeted once', async () => {
  await says(GREETS);
  const who = aCustomer(house, 'facebook');
  const event = house.simulator.customerWrites({ ...who, text: 'Hello' });
  await wasTold(who, WELCOME);
  await house.simulator.redeliver(event, 50);
  house.simulator.customerWrites({ ...who, text: 'Anybody there?' });
  await chatWith(agent(), 'waiting', 'Anybody there?');
  const next = aCustomer(house, 'facebook');
  house.simulator.customerWrites({ ...next, text: 'Hello' });
  await wasTold(next, WELCOME);
  expect(house.simulator.received(who)).toEqual([WELCOME]);
});

it('who is talking with another application is heard, and told nothing by the queue', async () => {
  await says(GREETS);
  const who = aCustomer(house, 'facebook');
  house.simulator.page.threadControl({ ...who, action: 'take' });
  house.simulator.customerWrites({ ...who, text: 'Said to somebody else' });
  const { id } = await chatWith(agent(), 'waiting', 'Said to somebody else');
  const note = 'The greeting of the queue was not sent: Another system has this conversation.';
  await eventually(async () => (await messagesOf(agent(), id)).some(({ text }) => text === note));
  expect(await saidIn(id)).toEqual([]);
  expect(house.simulator.received(who)).toEqual([]);
});

it('a queue without texts says nothing, nor does one whose texts were taken away', async () => {
  await says({});
  const who = aCustomer(house, 'telegram');
  const chat = await anOpenChat(house, who);
  await says({ ...GREETS, ...PARTS });
  await says({});
  await chat.sent('Good day');
  await chat.close();
  const next = await anOpenChat(house, who);
  await next.sent('And again');
  expect(house.simulator.received(who)).toEqual(['Good day', 'And again']);
  await next.close();
});

it('a chat that is reopened or that an agent starts is not greeted; each closing is a good-bye', async () => {
  const queue = `/v1/queues/${house.team.queueId}`;
  await says({ ...PARTS });
  await house.team.admin.changed(queue, { reopenMinutes: 10 });
  const who = aCustomer(house, 'telegram');
  const chat = await anOpenChat(house, who);
  await chat.close();
  await wasTold(who, GOOD_BYE);
  await says({ ...GREETS, ...PARTS });
  house.simulator.customerWrites({ ...who, text: 'One more thing', at: Date.now() + 1_000 });
  const { id } = await chatWith(agent(), 'waiting', 'One more thing');
  expect(id).toBe(chat.chatId);
  await agent().created(`/v1/chats/${id}/accept`);
  await chat.sent('Yes?');
  await chat.close();
  await wasTold(who, GOOD_BYE, 'Yes?', GOOD_BYE);
  await house.team.admin.changed(queue, { reopenMinutes: null });
  const { contact, channel } = (await chat.view()) as unknown as {
    contact: { identityId: string };
    channel: { id: string };
  };
  const place = { channelId: channel.id, identityId: contact.identityId };
  const started = await agent().created<{ chat: { id: string } }>('/v1/chats', { ...place, text: 'It is here' });
  await messageWith(agent(), started.chat.id, 'It is here', 'sent');
  await agent().created(`/v1/chats/${started.chat.id}/close`);
  expect(await saidIn(started.chat.id)).toEqual(['It is here']);
  expect(house.simulator.received(who).slice(3)).toEqual(['It is here']);
});

it('silence that closes a chat is followed by the good-bye', async () => {
  await says(PARTS);
  const queue = `/v1/queues/${house.team.queueId}`;
  await house.team.admin.changed(queue, { closeAfterMinutes: 1 });
  const who = aCustomer(house, 'facebook');
  const chat = await anOpenChat(house, who);
  await house.database.database.rows(
    `WITH came AS (UPDATE messages SET received_at = now() - interval '1 hour' WHERE chat_id = $1)
     UPDATE chats SET accepted_at = now() - interval '1 hour', last_message_at = now() - interval '1 hour' WHERE id = $1`,
    [chat.chatId],
  );
  await eventually(() => house.simulator.received(who).length > 0, 75_000, 'the minute to end');
  expect(house.simulator.received(who)).toEqual([GOOD_BYE]);
  expect(await chat.view()).toMatchObject({ status: 'closed', closeReason: 'timeout' });
  await house.team.admin.changed(queue, { closeAfterMinutes: null });
}, 120_000);

it('where the messenger does not allow it the chat says why, and the contact hears nothing', async () => {
  await says(PARTS);
  const who = aCustomer(house, 'telegram');
  const chat = await anOpenChat(house, who);
  house.simulator.customerBlocks(who);
  await eventually(async () => !(await chat.view()).sendPolicy.allowed);
  await chat.close();
  await eventually(async () => (await chat.later()).some(({ text }) => text?.startsWith('The closing text')));
  expect((await chat.later()).at(-1)).toMatchObject({
    direction: 'system',
    text: 'The closing text of the queue was not sent: The contact blocked this account.',
  });
  expect(await chatsOf(agent(), 'mine')).not.toContainEqual(expect.objectContaining({ id: chat.chatId }));
});

it('who is erased is not told good-bye', async () => {
  await says(PARTS);
  const [who, other] = [aCustomer(house, 'telegram'), aCustomer(house, 'telegram')];
  const [chat, next] = [await anOpenChat(house, who), await anOpenChat(house, other)];
  const { contact } = await chat.view();
  await house.team.admin.created(`/v1/contacts/${contact.id}/erase`);
  await next.close();
  await wasTold(other, GOOD_BYE);
  expect(house.simulator.received(who)).toEqual([]);
});

it('a change of texts is audited', async () => {
  await says(GREETS);
  await says(PARTS);
  const { data } = await house.team.admin.read<{ data: object[] }>(`/v1/audit?subjectId=${house.team.queueId}&limit=1`);
  expect(data).toMatchObject([
    {
      action: 'queue.updated',
      before: { ...GREETS, closingText: null },
      after: { ...PARTS, greetingText: null },
    },
  ]);
});

it('a node killed between the opening of a chat and its greeting leaves one greeting to the next', async () => {
  const web = await openHouse({ agents: 1, env: { NODE_ROLE: 'web' }, ownProcess: true });
  let heir: ServerProcess | undefined;
  try {
    await says(GREETS, web);
    const who = aCustomer(web, 'facebook');
    const event = web.simulator.customerWrites({ ...who, text: 'Hello' });
    await chatWith(web.team.agents[0]!.api, 'waiting', 'Hello');
    await web.server.kill();
    for (let life = 0; life < 2; life++) {
      heir = await ServerProcess.start({ ...web.server.options, env: { NODE_ROLE: 'all' } });
      await eventually(() => web.simulator.received(who).length > 0, 30_000, 'the greeting');
      await web.simulator.redeliver(event, 3);
      await heir.kill();
    }
    expect(web.simulator.received(who)).toEqual([WELCOME]);
  } finally {
    await heir?.stop();
    await web.close();
  }
}, 180_000);
