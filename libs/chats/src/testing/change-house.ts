import { type ChangeEvent, type EchoEvent, type MessageContent } from '#messenger-kit';
import { newId, type Tx } from '#database';
import { EventLog } from '#events';
import type { ArrivedChange } from '../change/arrived-change.js';
import { Deliveries } from '../outgoing/deliveries.js';
import type { Try } from '../outgoing/deliveries.repository.js';
import { OutgoingMessages } from '../outgoing/outgoing-messages.js';
import { MessageChanges } from '../change/message-changes.js';
import { ChatIntake } from '../intake/chat-intake.js';
import { type Arrival, batchOf } from './arrivals.js';
import { WaitingSweep } from '../change/waiting-sweep.js';
import { type ChatHouse, openChatHouse } from './chat-house.js';

type Fields<Kind extends ChangeEvent['kind']> = Omit<Extract<ChangeEvent, { kind: Kind }>, 'kind' | 'source' | 'key'>;

/** A stored message as tests look at it. */
export interface Seen {
  readonly id: string;
  readonly seq: number;
  readonly direction: string;
  readonly externalId: string | null;
  readonly text: string | null;
  readonly content: Record<string, unknown> | null;
  readonly status: string | null;
  readonly failure: unknown;
  readonly sentAt: Date;
  readonly editedAt: Date | null;
  readonly deletedAt: Date | null;
}

/** A chat house with somebody who writes, and the changes that may happen to what was said. It sweeps when it is told to. */
export async function openChangeHouse(options?: { poolSize?: number }) {
  const house = await openChatHouse(options);
  await house.get(WaitingSweep).beforeApplicationShutdown();
  return { ...house, ...changeBuilders(house) };
}

export type ChangeHouse = Awaited<ReturnType<typeof openChangeHouse>>;

/** Moments of a day, by the messenger's clock. */
export function minute(minutes: number): Date {
  return new Date(Date.UTC(2026, 10, 22, 10, minutes));
}

function changeBuilders(house: ChatHouse) {
  const { database } = house;
  const changes = house.get(MessageChanges);

  async function aPerson() {
    const queueId = await house.aQueue();
    const identityId = await house.aContact();
    const place = { channelId: await house.aChannel(queueId), identityId, queueId };
    const sender = { scope: '', externalId: identityId };
    return { ...place, sender };
  }

  /** As the receiving path stores a message: and then what waited for it. */
  async function says(person: Person, externalId: string, content: MessageContent, sentAt = minute(0)): Promise<void> {
    await house.receive([{ ...person, externalId, sentAt, content }]);
    await caughtUp(person, externalId);
  }

  function caughtUp(person: Person, externalId: string): Promise<void> {
    return database.transaction((tx) => catchUpIn(tx, person, externalId));
  }

  async function catchUpIn(tx: Tx, { channelId, sender }: Person, externalId: string): Promise<void> {
    const news = await changes.catchUp(tx, [{ channelId, externalId, sender }], new Date());
    await house.get(EventLog).record(tx, news);
  }

  async function storeIn(tx: Tx, arrival: Arrival): Promise<void> {
    const intake = house.get(ChatIntake);
    const at = new Date();
    await intake.takeIntoNew(tx, batchOf([arrival], at), [arrival.identityId], at);
  }

  async function happens(...arrived: ArrivedChange[]): Promise<void> {
    await database.transaction(async (tx) => {
      await house.get(EventLog).record(tx, await changes.apply(tx, arrived, new Date()));
    });
  }

  function message(person: Pick<Person, 'channelId'>, externalId: string): Promise<Seen | undefined> {
    return database.row<Seen>(`${SEEN} WHERE channel_id = $1 AND external_id = $2`, [person.channelId, externalId]);
  }

  function said(chatId: string): Promise<Seen[]> {
    return database.rows<Seen>(`${SEEN} WHERE chat_id = $1 ORDER BY seq`, [chatId]);
  }

  function saidOn(channelIds: readonly string[]): Promise<(Seen & { readonly chatId: string })[]> {
    return database.rows(`${SEEN} WHERE channel_id = ANY ($1::uuid[]) ORDER BY seq`, [channelIds]);
  }

  /** What waits is looked at now, until looking finds nothing more. */
  async function sweepAll(): Promise<void> {
    const count = async () => (await database.row<{ n: number }>('SELECT count(*)::int AS n FROM waiting_changes'))!.n;
    for (let before = Infinity, left = await count(); left > 0 && left < before; left = await count()) {
      before = left;
      await database.rows('UPDATE waiting_changes SET look_at = now()');
      for (let done = 0; done < before; done += 256) await house.get(WaitingSweep).sweep();
    }
  }

  async function chatOf(person: Person): Promise<string> {
    const chat = await database.row<{ id: string }>(
      'SELECT id FROM chats WHERE channel_id = $1 AND identity_id = $2 ORDER BY id DESC LIMIT 1',
      [person.channelId, person.identityId],
    );
    return chat!.id;
  }

  /** An answer in the person's chat, queued. */
  async function queued(person: Person, text = 'Hello'): Promise<Try> {
    const supervisor = await house.anAgent({ role: 'supervisor' });
    const chatId = await chatOf(person);
    const accept = `UPDATE chats SET status = 'in_progress', agent_id = $2 WHERE id = $1 AND status = 'waiting'`;
    await database.rows(accept, [chatId, supervisor.id]);
    const outgoing = house.get(OutgoingMessages);
    return database.transaction(async (tx) => {
      const chat = await outgoing.answerable(tx, supervisor, chatId);
      const [message] = await outgoing.enqueue(tx, chat, supervisor, [{ text }]);
      return { messageId: message!.id, attempt: 1 };
    });
  }

  /** An answer whose call is under way. */
  async function sending(person: Person, text?: string): Promise<Try> {
    const one = await queued(person, text);
    const chatId = await chatOf(person);
    await database.transaction((tx) => house.get(Deliveries).startSending(tx, chatId, 3_600_000));
    return one;
  }

  /** The messenger answers. */
  async function answered(one: Try, sentAt: Date, ...externalIds: [string, ...string[]]): Promise<void> {
    const place = 'SELECT chat_id AS "chatId", channel_id AS "channelId" FROM messages WHERE id = $1';
    const [found] = await database.rows<{ chatId: string; channelId: string }>(place, [one.messageId]);
    await database.transaction((tx) => house.get(Deliveries).markSent(tx, { ...one, ...found! }, externalIds, sentAt));
  }

  async function sent(person: Person, externalId: string, sentAt: Date): Promise<string> {
    const one = await sending(person);
    await answered(one, sentAt, externalId);
    return one.messageId;
  }

  async function close(person: Person): Promise<void> {
    await database.rows(`UPDATE chats SET status = 'closed', closed_at = now() WHERE id = $1`, [await chatOf(person)]);
  }

  async function byId(messageId: string): Promise<Seen> {
    return (await database.row<Seen>(`${SEEN} WHERE id = $1`, [messageId]))!;
  }

  async function newsOf(chatId: string): Promise<{ type: string; data: Record<string, unknown> }[]> {
    return database.rows('SELECT type, data FROM events WHERE chat_id = $1 ORDER BY id', [chatId]);
  }

  return {
    aPerson,
    says,
    storeIn,
    catchUpIn,
    caughtUp,
    happens,
    message,
    said,
    saidOn,
    sweepAll,
    chatOf,
    newsOf,
    queued,
    sending,
    answered,
    sent,
    closeChat: close,
    byId,
  };
}

export type Person = {
  readonly channelId: string;
  readonly identityId: string;
  readonly queueId: string;
  readonly sender: { readonly scope: string; readonly externalId: string };
};

const SEEN = `
  SELECT id, chat_id AS "chatId", seq, direction, external_id AS "externalId", text, content, status, failure, sent_at AS "sentAt",
    edited_at AS "editedAt", deleted_at AS "deletedAt" FROM messages`;

function arrived(person: Person, event: Record<string, unknown>): ArrivedChange {
  const { channelId } = person;
  return {
    channelId,
    messenger: 'pigeon',
    event: { source: channelId, key: newId(), ...event } as unknown as ChangeEvent,
  };
}

export function edit(person: Person, target: string, text: string, at?: Date, rank = 0): ArrivedChange {
  return arrived(person, { kind: 'edit', target, content: { text }, at, rank } satisfies Fields<'edit'> & {
    kind: 'edit';
  });
}

export function deletion(person: Person, target: string, at?: Date): ArrivedChange {
  return arrived(person, { kind: 'deletion', target, at, rank: 0 });
}

export function reaction(
  person: Person,
  target: string,
  emojis: readonly string[],
  at?: Date,
  by: 'account' | 'person' = 'person',
): ArrivedChange {
  return arrived(person, { kind: 'reaction', target, emojis, at, rank: 0, by: by === 'account' ? by : person.sender });
}

export function receipt(person: Person, fields: Partial<Fields<'receipt'>> & Pick<Fields<'receipt'>, 'status'>) {
  return arrived(person, { kind: 'receipt', ...fields });
}

export function upTo(person: Person, status: 'delivered' | 'read', moment: Date): ArrivedChange {
  return receipt(person, { status, person: person.sender, upTo: moment });
}

export function echo(person: Person, externalId: string, fields: Partial<EchoEvent> = {}): ArrivedChange {
  const { sender: recipient } = person;
  return arrived(person, { kind: 'echo', recipient, externalId, content: { text: 'From elsewhere' }, ...fields });
}

export function notice(person: Person, what: Fields<'notice'>['what'], fields: Partial<Fields<'notice'>> = {}) {
  return arrived(person, { kind: 'notice', person: person.sender, what, ...fields });
}
