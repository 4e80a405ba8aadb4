import fc from 'fast-check';
import { newId } from '#database';
import { rounds } from '../../../../test/support/rounds.js';
import {
  type ChangeHouse,
  deletion,
  echo,
  edit,
  minute,
  openChangeHouse,
  type Person,
  reaction,
  receipt,
  type Seen,
  upTo,
} from '../testing/change-house.js';
import { numbersFrom, shuffled } from '../testing/shuffle.js';
import type { ArrivedChange } from './arrived-change.js';
import type { StoredReaction } from './message-state.js';

/*
 * Stories of one contact each, told in any order and with repetitions, end as a plain model says they must. Real: the
 * database and all that changes it. Left out: the ledger, so that every repetition really arrives.
 */

/** What a story is about: two inbound messages, one of ours, one written elsewhere. */
const TARGETS = ['m1', 'm2', 'o1', 'f1'] as const;
type Target = (typeof TARGETS)[number];
const SAID = { m1: minute(0), m2: minute(1), o1: minute(5), f1: minute(6) };

const target = fc.constantFrom(...TARGETS);
const outbound = fc.constantFrom('o1' as const, 'f1' as const);
const moment = fc.integer({ min: 2, max: 12 });

const aStory = fc.record({
  edits: fc.uniqueArray(
    fc.record({ target, rank: fc.integer({ min: 0, max: 2 }), at: moment, text: fc.constantFrom('a', 'b', 'c', 'm1') }),
    { maxLength: 6, selector: ({ target: of, rank, at }) => `${of} ${rank} ${at}` },
  ),
  deletions: fc.uniqueArray(target, { maxLength: 1 }),
  reactions: fc.uniqueArray(
    fc.record({
      target,
      by: fc.constantFrom('person' as const, 'account' as const),
      at: moment,
      emojis: fc.subarray(['👍', '🎉']),
    }),
    { maxLength: 4, selector: ({ target: of, by, at }) => `${of} ${by} ${at}` },
  ),
  receipts: fc.array(fc.record({ target: outbound, status: fc.constantFrom('delivered' as const, 'read' as const) }), {
    maxLength: 2,
  }),
  moments: fc.array(fc.record({ status: fc.constantFrom('delivered' as const, 'read' as const), at: moment }), {
    maxLength: 2,
  }),
  /** How the fate of our message is proved: by the messenger's answer, by its echo, by both, by one that cannot prove it. */
  proof: fc.constantFrom('answer' as const, 'echo' as const, 'both' as const, 'copy' as const),
});
type Story = typeof aStory extends fc.Arbitrary<infer T> ? T : never;

const AT_ONCE = 100;
const tellings = fc.record({
  stories: fc.array(aStory, { minLength: AT_ONCE, maxLength: AT_ONCE }),
  order: fc.integer(),
});

type Telling = typeof tellings extends fc.Arbitrary<infer T> ? T : never;

let house: ChangeHouse;
beforeAll(async () => {
  house = await openChangeHouse();
});
afterAll(() => house.close());

/** `lanes` nodes tell at once, each its share. */
async function tellAll({ stories, order }: Telling, lanes: number): Promise<void> {
  const people = await cast(stories.length);
  const random = numbersFrom(order);
  const deeds = shuffled(
    stories.flatMap((story, index) => deedsOf(story, people[index]!, random)),
    random,
  );
  const shares = Array.from({ length: lanes }, (_, lane) => deeds.filter((_deed, index) => index % lanes === lane));
  await Promise.all(shares.map((share) => tell(share, random)));
  // What waited for the end of a sending, or slipped through, is looked for by the sweep: here, at once.
  await house.sweepAll();
  const seen = await endOf(people);
  for (const [index, story] of stories.entries()) expect(seen[index]).toEqual(expectedOf(story));
  expect(await house.database.rows('SELECT 1 FROM waiting_changes LIMIT 1')).toEqual([]);
}

test.each([
  ['one after the other', 1, rounds(2, 100)],
  ['four at a time', 4, rounds(1, 10)],
])(
  'messages, edits, deletions, reactions, receipts and echoes end the same in any order, however often they come: %s',
  (_, lanes, numRuns) => {
    const told = fc.asyncProperty(tellings, (telling) => tellAll(telling, lanes));
    return fc.assert(told, { numRuns, endOnFailure: true });
  },
  rounds(60_000, 3_600_000),
);

/** What happens once or more: a change, a message that arrives, the messenger's answer. */
type Deed =
  | { readonly kind: 'change'; readonly change: ArrivedChange }
  | { readonly kind: 'message'; readonly actor: Actor; readonly externalId: 'm1' | 'm2' }
  | { readonly kind: 'answer'; readonly actor: Actor };

interface Actor extends Person {
  readonly chatId: string;
  readonly ownId: string;
}

function deedsOf(story: Story, actor: Actor, random: () => number): Deed[] {
  const changes = [
    ...story.edits.map(({ target: of, text, at, rank }) => edit(actor, of, text, minute(at), rank)),
    ...story.deletions.map((of) => deletion(actor, of, minute(20))),
    ...story.reactions.map(({ target: of, emojis, at, by }) => reaction(actor, of, emojis, minute(at), by)),
    ...story.receipts.map(({ target: of, status }) => receipt(actor, { status, targets: [of] })),
    ...story.moments.map(({ status, at }) => upTo(actor, status, minute(at))),
    echo(actor, 'f1', { sentAt: SAID.f1, content: { text: 'f1' } }),
    ...echoesOf(story, actor),
  ];
  const repeated = changes.flatMap((change) => Array<ArrivedChange>(random() < 0.3 ? 2 : 1).fill(change));
  return [
    ...repeated.map((change): Deed => ({ kind: 'change', change })),
    { kind: 'message', actor, externalId: 'm1' },
    { kind: 'message', actor, externalId: 'm2' },
    ...(story.proof === 'echo' ? [] : [{ kind: 'answer', actor } as const]),
  ];
}

function echoesOf({ proof }: Story, actor: Actor): ArrivedChange[] {
  if (proof === 'answer') return [];
  const own = proof === 'copy' ? {} : { ownId: actor.ownId };
  return [echo(actor, 'o1', { ...own, sentAt: SAID.o1 })];
}

/** Batches of changes as they come, cut anywhere; of many contacts at once. */
async function tell(deeds: readonly Deed[], random: () => number): Promise<void> {
  let batch: ArrivedChange[] = [];
  const deliver = async () => {
    if (batch.length > 0) await house.happens(...batch);
    batch = [];
  };
  for (const deed of deeds) {
    if (deed.kind === 'change') {
      batch.push(deed.change);
      if (random() < 0.05) await deliver();
      continue;
    }
    if (random() < 0.2) await deliver();
    if (deed.kind === 'message') await says(deed.actor, deed.externalId);
    else await house.answered({ messageId: deed.actor.ownId, attempt: 1 }, SAID.o1, 'o1');
  }
  await deliver();
}

async function says(actor: Actor, externalId: 'm1' | 'm2'): Promise<void> {
  await house.says(actor, externalId, { text: externalId }, SAID[externalId]);
}

/** Contacts on channels of their own, each in a chat where a message of ours is under way. */
async function cast(count: number): Promise<Actor[]> {
  const queueId = await house.aQueue();
  const agent = await house.anAgent();
  const actors = Array.from({ length: count }, (): Actor => {
    const identityId = newId();
    const sender = { scope: '', externalId: identityId };
    return { channelId: newId(), identityId, queueId, sender, chatId: newId(), ownId: newId() };
  });
  const ids = [
    actors.map((a) => a.channelId),
    actors.map((a) => a.identityId),
    actors.map((a) => a.chatId),
    actors.map((a) => a.ownId),
  ];
  const of = 'unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[]) AS a (channel, identity, chat, own)';
  const rows = [
    `channels (id, messenger, source, name, queue_id) SELECT channel, 'pigeon', channel::text, 'Dovecote', $5 FROM ${of}`,
    `identities (id, messenger, scope, external_id) SELECT identity, 'pigeon', '', identity::text FROM ${of}
     WHERE $5::uuid IS NOT NULL`,
    `chats (id, channel_id, identity_id, queue_id, status, agent_id, opened_at, last_seq)
     SELECT chat, channel, identity, $5, 'in_progress', '${agent.id}', now(), 1 FROM ${of}`,
    `messages (id, chat_id, channel_id, seq, direction, author_kind, text, status, attempts, sent_at, received_at)
     SELECT own, chat, channel, 1, 'outbound', 'agent', 'o1', 'sending', 1, now(), now() FROM ${of}
     WHERE $5::uuid IS NOT NULL`,
  ];
  for (const insert of rows) await house.database.rows(`INSERT INTO ${insert}`, [...ids, queueId]);
  return actors;
}

/** A message as people see it. */
interface Shown {
  readonly text: string | null;
  readonly status: string | null;
  readonly sentAt: Date;
  readonly editedAt: Date | null;
  readonly deletedAt: Date | null;
  readonly reactions: Readonly<Record<string, readonly string[]>>;
}
type End = Record<Target, Shown>;

async function endOf(actors: readonly Actor[]): Promise<End[]> {
  const said = await house.saidOn(actors.map(({ channelId }) => channelId));
  return actors.map(({ chatId }) => {
    const messages = said.filter((message) => message.chatId === chatId && message.direction !== 'system');
    expect(messages.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
    return Object.fromEntries(messages.map((message) => [message.externalId, shownOf(message)])) as End;
  });
}

function shownOf({ text, status, sentAt, editedAt, deletedAt, content }: Seen): Shown {
  const stored = (content?.['reactions'] ?? []) as StoredReaction[];
  const given = stored.filter(({ emojis }) => emojis.length > 0);
  const reactions = Object.fromEntries(given.map(({ by, emojis }) => [by, emojis]));
  return { text, status, sentAt, editedAt, deletedAt, reactions };
}

function expectedOf(story: Story): End {
  return Object.fromEntries(TARGETS.map((of) => [of, expectedMessage(story, of)])) as End;
}

function expectedMessage(story: Story, of: Target): Shown {
  const said = { sentAt: SAID[of], status: expectedStatus(story, of) };
  if (story.deletions.includes(of)) {
    return { ...said, text: null, editedAt: null, deletedAt: minute(20), reactions: {} };
  }
  const edits = story.edits.filter((one) => one.target === of).sort((a, b) => a.rank - b.rank || a.at - b.at);
  const last = edits.at(-1);
  const everChanged = edits.some(({ text }) => text !== of);
  const reactions = story.reactions.filter((one) => one.target === of).sort((a, b) => a.at - b.at);
  const latest = new Map(reactions.map(({ by, emojis }) => [by === 'person' ? 'contact' : 'channel', emojis]));
  return {
    ...said,
    text: last?.text ?? of,
    editedAt: last && everChanged ? minute(last.at) : null,
    deletedAt: null,
    reactions: Object.fromEntries([...latest].filter(([, emojis]) => emojis.length > 0)),
  };
}

function expectedStatus({ receipts, moments }: Story, of: Target): string | null {
  if (of !== 'o1' && of !== 'f1') return null;
  const told = [
    ...receipts.filter((one) => one.target === of).map(({ status }) => status),
    ...moments.filter(({ at }) => minute(at) >= SAID[of]).map(({ status }) => status),
  ];
  if (told.includes('read')) return 'read';
  return told.includes('delivered') ? 'delivered' : 'sent';
}
