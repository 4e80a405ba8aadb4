import { randomUUID } from 'node:crypto';
import { aPicture } from '../../../apps/simulator/src/testing/samples.js';
import { aCustomer, anOpenChat } from '../desk.js';
import type { House } from '../house.js';
import { upload } from '../upload.js';
import { chatWith, messagesOf, type ChatView } from '../views.js';

interface Named {
  readonly id: string;
}

/** What there is in the house for requests to be about: ids and other words, by the parameters and properties that hold them. */
export type Cast = ReadonlyMap<string, readonly string[]>;

/** One and more of each kind. Whoever calls is not among it, nor what they call with: that may be deleted. */
export async function aCast(house: House, url: string): Promise<Cast> {
  const { admin, agents, queueId, channels } = house.team;
  const made = async (path: string, ...bodies: readonly object[]): Promise<string[]> => {
    const ids: string[] = [];
    for (const body of bodies) ids.push((await admin.created<Named>(path, body)).id);
    return ids;
  };
  const queues = [
    queueId,
    ...(await made('/v1/queues', { name: 'Spare', routingRule: 'least_busy' }, { name: 'Empty' })),
  ];
  const chats = await someChats(house);
  const messages = (await Promise.all(chats.map((chat) => messagesOf(admin, chat.id)))).flat();
  const contacts = chats.flatMap(({ contact }) => contact.id ?? []);
  const users = await someUsers(house);
  const endpoints = await made('/v1/webhook-endpoints', { url: `${url}/hook` }, { url: `${url}/hook2` });
  const { id: deliveryId } = await admin.created<Named>(`/v1/webhook-endpoints/${endpoints[0]}/test`);
  const actions = await made(
    '/v1/actions',
    ...['Open', 'Shut'].map((caption) => ({ caption, url: `${url}/act`, queueIds: [queueId] })),
  );
  const texts = [{ language: 'en', text: 'Hello {{contact.name|there}}' }];
  const note = await admin.created<Named>(`/v1/chats/${chats[0]!.id}/notes`, { text: 'A regular' });
  await admin.created('/v1/agent-states', { key: 'lunch', name: 'Lunch', available: false });
  const erasure = await admin.created<Named>(`/v1/contacts/${contacts.pop()}/erase`);
  const signIn = await admin.created<{ signInId: string }>('/v1/channels/facebook/sign-in', {});
  const files = [await upload(house.team.agents[0]!.api, aPictureFile), await upload(admin, aPictureFile)];
  const identities = (await Promise.all(chats.map(({ id }) => admin.read<ChatWithIdentity>(`/v1/chats/${id}`)))).map(
    ({ contact }) => contact.identityId,
  );
  const names: Readonly<Record<string, readonly string[]>> = {
    queueId: queues,
    chatId: chats.map(({ id }) => id),
    messageId: messages.map(({ id }) => id),
    contactId: contacts,
    identityId: identities,
    userId: users,
    endpointId: endpoints,
    deliveryId: [deliveryId],
    actionId: actions,
    tagId: await made('/v1/tags', { name: 'VIP', color: '#d9480f' }, { name: 'Late', color: '#000000' }),
    quickReplyId: await made('/v1/quick-replies', { shared: true, shortcut: 'hello', texts }),
    noteId: [note.id],
    stateKey: ['lunch', 'active', 'no_such_state'],
    erasureId: [erasure.id],
    signInId: [signIn.signInId],
    attachmentId: files.map(({ body }) => body.id),
    apiKeyId: await made('/v1/api-keys', { name: 'Spare', role: 'agent' }, { name: 'Old', role: 'agent' }),
    channelId: Object.values(channels),
    messenger: ['telegram', 'facebook', 'http', 'viber', 'no-such-messenger'],
    state: ['active', 'inactive', 'lunch'],
    timeZone: ['UTC', 'Europe/Kyiv', 'America/St_Johns'],
  };
  return new Map(Object.entries({ ...names, ...otherNames(names), agentId: [...users, agents[0]!.id] }));
}

interface ChatWithIdentity {
  readonly contact: { readonly identityId: string };
}

/** The same under other names, as properties call it. */
function otherNames(names: Readonly<Record<string, readonly string[]>>) {
  const { userId = [], contactId = [], messageId = [], attachmentId = [] } = names;
  return {
    actorId: userId,
    subjectId: userId,
    from: contactId,
    replyTo: messageId,
    attachment: attachmentId,
    key: [randomUUID()],
  };
}

const aPictureFile = { name: 'lamp.png', type: 'image/png', bytes: Buffer.from(aPicture.bytes) };

/** Held, waiting and closed ones, on both messengers. */
async function someChats(house: House): Promise<ChatView[]> {
  const { admin, agents } = house.team;
  for (const messenger of ['telegram', 'facebook'] as const) {
    for (const end of ['held', 'closed']) {
      const chat = await anOpenChat(house, aCustomer(house, messenger));
      await chat.sent('At your service');
      if (end === 'closed') await chat.close();
    }
    const waiting = aCustomer(house, messenger);
    house.simulator.customerWrites({ ...waiting, text: `Anybody? ${messenger}` });
    await chatWith(agents[0]!.api, 'waiting', `Anybody? ${messenger}`);
  }
  return (await admin.read<{ data: ChatView[] }>('/v1/chats?filter=all&limit=100')).data;
}

async function someUsers(house: House): Promise<string[]> {
  const { admin, queueId } = house.team;
  const users: string[] = [];
  for (const role of ['agent', 'supervisor'])
    users.push(
      (
        await admin.created<Named>('/v1/users', {
          email: `${role}@victims.example`,
          password: randomUUID(),
          name: role,
          role,
        })
      ).id,
    );
  await admin.put(`/v1/queues/${queueId}/agents/${users[0]}`);
  return users;
}
