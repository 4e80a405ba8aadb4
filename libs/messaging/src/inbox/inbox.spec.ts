import { eventually } from '#database';
import type { InboundEvent } from '#messenger-kit';
import { Inbox } from './inbox.js';
import { Delivery, type Parcel } from './parcel.js';
import { RecentEvents } from './recent-events.js';
import type { Receiver } from './receiver.js';
import { InboxUnavailable } from './waiting.js';

/** Stands in for the database's side of the inbox: commits what it is given unless told otherwise. */
class Commits {
  readonly batches: string[][] = [];
  readonly quarantined: string[] = [];
  refuse: (keys: string[]) => Error | undefined = () => undefined;
  hold: Promise<void> | undefined;
  holdStrangers: Promise<void> | undefined;

  /** Keys of messages whose writers have no open chat. */
  strangers: string[] = [];

  async receive(parcels: readonly Parcel[], _whenRun?: () => void): Promise<ReadonlySet<Parcel>> {
    const left = new Set(parcels.filter(({ event }) => this.strangers.includes(event.key)));
    await this.commit(
      parcels.filter((parcel) => !left.has(parcel)),
      this.hold,
    );
    return left;
  }

  welcome(parcels: readonly Parcel[]): Promise<void> {
    return this.commit(parcels, this.holdStrangers);
  }

  private async commit(parcels: readonly Parcel[], hold: Promise<void> | undefined): Promise<void> {
    if (parcels.length === 0) return;
    await hold;
    const keys = parcels.map(({ event }) => event.key);
    const error = this.refuse(keys);
    if (error) throw error;
    this.batches.push(keys);
  }

  setAside(parcel: Parcel): Promise<void> {
    this.quarantined.push(parcel.event.key);
    return Promise.resolve();
  }
}

const dataError = () => Object.assign(new Error('bad data'), { code: '22P05' });
const event = (key: string): InboundEvent => ({ kind: 'ignored', source: 's', key, reason: 'test' });
const delivery = () => new Delivery('telegram', Buffer.alloc(0));

function anInbox() {
  const commits = new Commits();
  return { commits, inbox: new Inbox(commits as unknown as Receiver) };
}

it('commits what gathered meanwhile in one batch', async () => {
  const { commits, inbox } = anInbox();
  let release = () => {};
  commits.hold = new Promise((resolve) => (release = resolve));
  const first = inbox.take(delivery(), [event('a')]);
  await new Promise((resolve) => setImmediate(resolve));
  const others = ['b', 'c', 'd'].map((key) => inbox.take(delivery(), [event(key)]));
  release();
  await Promise.all([first, ...others]);
  expect(commits.batches).toEqual([['a'], ['b', 'c', 'd']]);
});

it('takes a call of 1000 events in pieces and answers when the last is committed', async () => {
  const { commits, inbox } = anInbox();
  await inbox.take(
    delivery(),
    Array.from({ length: 1000 }, (_, number) => event(String(number))),
  );
  expect(commits.batches.map((batch) => batch.length)).toEqual([256, 256, 256, 232]);
  expect(commits.batches.flat()).toEqual(Array.from({ length: 1000 }, (_, number) => String(number)));
});

it('one event the database refuses goes to quarantine alone; its 255 neighbours are stored in order', async () => {
  const { commits, inbox } = anInbox();
  commits.refuse = (keys) => (keys.includes('77') ? dataError() : undefined);
  await inbox.take(
    delivery(),
    Array.from({ length: 256 }, (_, number) => event(String(number))),
  );
  expect(commits.quarantined).toEqual(['77']);
  const others = Array.from({ length: 256 }, (_, number) => String(number)).filter((key) => key !== '77');
  expect(commits.batches.flat()).toEqual(others);
});

it('tries again when the database was away for a moment', async () => {
  const { commits, inbox } = anInbox();
  let failures = 2;
  commits.refuse = () => (failures-- > 0 ? new Error('connection terminated') : undefined);
  await inbox.take(delivery(), [event('a')]);
  expect(commits.batches).toEqual([['a']]);
});

it('gives up as unavailable when the database stays away, and quarantines nothing', async () => {
  const { commits, inbox } = anInbox();
  commits.refuse = () => new Error('connection refused');
  await expect(inbox.take(delivery(), [event('a')])).rejects.toThrow(InboxUnavailable);
  expect(commits.quarantined).toEqual([]);
});

it('takes no more than it can hold', async () => {
  const { commits, inbox } = anInbox();
  let release = () => {};
  commits.hold = new Promise((resolve) => (release = resolve));
  const held = inbox.take(
    delivery(),
    Array.from({ length: 5000 }, (_, number) => event(String(number))),
  );
  await expect(inbox.take(delivery(), [event('one too many')])).rejects.toThrow(InboxUnavailable);
  release();
  await held;
});

it('takes strangers after the others of their batch, and a poisonous one among them alone goes to quarantine', async () => {
  const { commits, inbox } = anInbox();
  commits.strangers = ['b', 'd'];
  commits.refuse = (keys) => (keys.includes('d') ? dataError() : undefined);
  await inbox.take(
    delivery(),
    ['a', 'b', 'c', 'd'].map((key) => event(key)),
  );
  expect(commits.batches).toEqual([['a', 'c'], ['b']]);
  expect(commits.quarantined).toEqual(['d']);
});

const turn = () => new Promise((resolve) => setImmediate(resolve));

function aHold() {
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  return { held, release };
}

describe('messages of strangers', () => {
  it('keep nobody else waiting', async () => {
    const { commits, inbox } = anInbox();
    const { held, release } = aHold();
    commits.strangers = ['b'];
    commits.holdStrangers = held;
    const stranger = inbox.take(delivery(), [said('b')]);
    await inbox.take(delivery(), [said('a')]);
    await inbox.take(delivery(), [said('c')]);
    expect(commits.batches).toEqual([['a'], ['c']]);
    expect(inbox.waiting).toBe(0);
    release();
    await stranger;
    expect(commits.batches).toEqual([['a'], ['c'], ['b']]);
  });

  it('gather while others are welcomed', async () => {
    const { commits, inbox } = anInbox();
    const { held, release } = aHold();
    commits.strangers = ['a', 'b', 'c'];
    commits.holdStrangers = held;
    const all = [];
    for (const key of commits.strangers) {
      all.push(inbox.take(delivery(), [said(key)]));
      await turn();
    }
    expect(inbox.waiting).toBe(2);
    release();
    await Promise.all(all);
    expect(commits.batches).toEqual([['a'], ['b', 'c']]);
  });

  it('are stored in their order: what somebody writes next waits', async () => {
    const { commits, inbox } = anInbox();
    const { held, release } = aHold();
    commits.strangers = ['first'];
    commits.holdStrangers = held;
    const first = inbox.take(delivery(), [said('first', {}, 'Ann')]);
    await turn();
    const second = inbox.take(delivery(), [said('second', {}, 'Ann')]);
    await inbox.take(delivery(), [said('other', {}, 'Bob')]);
    release();
    await Promise.all([first, second]);
    expect(commits.batches).toEqual([['other'], ['first'], ['second']]);
  });

  it('are stored in their order where one is under way when the chat for the first is opened', async () => {
    const { commits, inbox } = anInbox();
    const [one, two] = [aHold(), aHold()];
    commits.strangers = ['first', 'second'];
    commits.hold = one.held;
    const first = inbox.take(delivery(), [said('first', {}, 'Ann'), said('a', {}, 'Bob')]);
    await turn();
    commits.hold = two.held;
    const second = inbox.take(delivery(), [said('second', {}, 'Ann'), said('b', {}, 'Bob')]);
    await turn();
    one.release();
    await first;
    const third = inbox.take(delivery(), [said('third', {}, 'Ann'), said('c', {}, 'Bob')]);
    await turn();
    two.release();
    await Promise.all([second, third]);
    expect(commits.batches).toEqual([['a'], ['first'], ['b'], ['c'], ['second'], ['third']]);
  });

  it('are stored in their order also where a batch takes longer than a younger one', async () => {
    const { commits, inbox } = anInbox();
    const [z, a, b, strangers] = [aHold(), aHold(), aHold(), aHold()];
    commits.strangers = ['first', 'second'];
    commits.holdStrangers = strangers.held;
    const takeWhile = async (hold: Promise<void> | undefined, ...keys: [key: string, who: string][]) => {
      commits.hold = hold;
      const events = keys.map(([key, who]) => said(key, {}, who));
      const taken = inbox.take(delivery(), events);
      await turn();
      return { taken };
    };
    const first = await takeWhile(z.held, ['first', 'Ann'], ['z', 'Bob']);
    const second = await takeWhile(a.held, ['second', 'Ann'], ['a', 'Bob']);
    z.release();
    await turn();
    const other = await takeWhile(b.held, ['b', 'Bob'], ['bb', 'Bob']);
    strangers.release();
    await first.taken;
    b.release();
    await other.taken;
    const third = await takeWhile(undefined, ['third', 'Ann'], ['c', 'Bob']);
    a.release();
    await Promise.all([second.taken, third.taken]);
    expect(commits.batches).toEqual([['z'], ['first'], ['b', 'bb'], ['c'], ['a'], ['second'], ['third']]);
  });

  it('that waited too long are refused, and taken when they come again', async () => {
    const { commits, inbox } = anInbox();
    const { held, release } = aHold();
    commits.strangers = ['a', 'b'];
    commits.holdStrangers = held;
    const first = inbox.take(delivery(), [said('a')]);
    await turn();
    const late = inbox.take(delivery(), [said('b')]);
    await turn();
    const now = performance.now();
    const clock = jest.spyOn(performance, 'now').mockImplementation(() => now + 9_000);
    release();
    await first;
    await expect(late).rejects.toThrow(InboxUnavailable);
    await inbox.take(delivery(), [said('b')]);
    clock.mockRestore();
    expect(commits.batches).toEqual([['a'], ['b']]);
  });

  it('count among what it can hold', async () => {
    const { commits, inbox } = anInbox();
    const { held, release } = aHold();
    commits.strangers = Array.from({ length: 4_352 }, (_, number) => String(number));
    commits.holdStrangers = held;
    const all = commits.strangers.map((key) => inbox.take(delivery(), [said(key)]));
    await eventually(() => inbox.waiting <= 4_096);
    await expect(inbox.take(delivery(), [said('one too many')])).rejects.toThrow(InboxUnavailable);
    release();
    await Promise.allSettled(all);
  });
});

it('sends the next batch before it answers the one before', async () => {
  const { commits, inbox } = anInbox();
  const { held, release } = aHold();
  const order: string[] = [];
  commits.hold = held;
  const receive = commits.receive.bind(commits);
  commits.receive = async (parcels) => {
    // As many promises as there are on the way to the connection, and more.
    for (let number = 0; number < 20; number++) await Promise.resolve();
    order.push(`sends ${parcels.map(({ event: { key } }) => key).join()}`);
    return receive(parcels);
  };
  const first = inbox.take(delivery(), [event('a')]).then(() => order.push('answers a'));
  await turn();
  const second = inbox.take(delivery(), [event('b')]);
  release();
  await Promise.all([first, second]);
  expect(order).toEqual(['sends a', 'sends b', 'answers a']);
});

const said = (key: string, more: object = {}, who = key) =>
  ({
    kind: 'message',
    source: 's',
    key,
    sender: { scope: '', externalId: who },
    externalId: key,
    content: { text: key, ...more },
  }) as InboundEvent;

it.each([
  ['plain messages overlap: the second batch goes out before the first is committed', {}, 2],
  ['a message with more to do waits until the first batch is committed', { unsupported: { kind: 'dice' } }, 1],
])('%s', async (_, more, expected) => {
  const { commits, inbox } = anInbox();
  let release = () => {};
  commits.hold = new Promise((resolve) => (release = resolve));
  let begun = 0;
  const receive = commits.receive.bind(commits);
  commits.receive = (parcels) => (begun++, receive(parcels));
  const first = inbox.take(delivery(), [said('a')]);
  await new Promise((resolve) => setImmediate(resolve));
  const second = inbox.take(delivery(), [said('b', more)]);
  await new Promise((resolve) => setImmediate(resolve));
  expect(begun).toBe(expected);
  release();
  await Promise.all([first, second]);
  expect(commits.batches).toEqual([['a'], ['b']]);
});

it('sends the next batch, however small, when the one before has run and is being committed', async () => {
  const { commits, inbox } = anInbox();
  const { held, release } = aHold();
  commits.hold = held;
  const begun: string[] = [];
  const run: ((() => void) | undefined)[] = [];
  const receive = commits.receive.bind(commits);
  commits.receive = (parcels, whenRun) => {
    begun.push(parcels.map(({ event: { key } }) => key).join());
    run.push(whenRun);
    return receive(parcels);
  };
  const first = inbox.take(delivery(), [said('a'), said('b')]);
  await turn();
  const second = inbox.take(delivery(), [said('c')]);
  await turn();
  expect(begun).toEqual(['a,b']);
  run[0]!();
  await turn();
  expect(begun).toEqual(['a,b', 'c']);
  // For one event alone it is not worth an answer more.
  expect(run[1]).toBeUndefined();
  release();
  await Promise.all([first, second]);
  expect(commits.batches).toEqual([['a', 'b'], ['c']]);
});

it('what comes while a batch is tried again goes after it, though it had run already', async () => {
  const { commits, inbox } = anInbox();
  const { held, release } = aHold();
  commits.hold = held;
  let failures = 1;
  commits.refuse = () => (failures-- > 0 ? new Error('connection terminated') : undefined);
  const receive = commits.receive.bind(commits);
  commits.receive = (parcels, whenRun) => (whenRun?.(), receive(parcels));
  const first = inbox.take(delivery(), [said('a', {}, 'Ann'), said('b', {}, 'Ann')]);
  await turn();
  release();
  await turn();
  const second = inbox.take(delivery(), [said('c', {}, 'Ann'), said('d', {}, 'Ann')]);
  await Promise.all([first, second]);
  expect(commits.batches).toEqual([
    ['a', 'b'],
    ['c', 'd'],
  ]);
});

describe('an event that comes again', () => {
  const awayOnce = () => {
    let failures = 1;
    return () => (failures-- > 0 ? new Error('connection terminated') : undefined);
  };

  const guessesOf = (parcels: readonly Parcel[]) =>
    parcels.map(({ event: { key }, earlier }) => key + (earlier?.committed ? ' known' : '')).join();

  function inTheSamePlaceAs(key: string): string {
    const takesIt = (other: string) => {
      const recent = new RecentEvents();
      recent.add(event(key), { committed: true });
      recent.add(event(other), { committed: true });
      return recent.find(event(key)) === undefined;
    };
    let number = 0;
    while (!takesIt(`other ${number}`)) number += 1;
    return `other ${number}`;
  }

  /** Which events are said to be known, try by try. */
  function aWatchedInbox() {
    const { commits, inbox } = anInbox();
    const tries: string[] = [];
    const receive = commits.receive.bind(commits);
    commits.receive = (parcels) => {
      tries.push(guessesOf(parcels));
      return receive(parcels);
    };
    const take = (...keys: string[]) => inbox.take(delivery(), keys.map(event));
    return { commits, inbox, take, tries };
  }

  it('is known once it is committed, with this source', async () => {
    const { inbox, take, tries } = aWatchedInbox();
    await take('a');
    await take('a', 'b');
    await inbox.take(delivery(), [{ ...event('a'), source: 'other' }]);
    expect(tries).toEqual(['a', 'a known,b', 'a']);
  });

  it('of a stranger is not known by its twin of the same batch, which is not committed with the others', async () => {
    const { commits, inbox, tries } = aWatchedInbox();
    commits.strangers = ['a'];
    const welcome = commits.welcome.bind(commits);
    commits.welcome = async (parcels) => {
      await turn();
      tries.push(guessesOf(parcels));
      return welcome(parcels);
    };
    await inbox.take(delivery(), [said('a'), said('a')]);
    commits.strangers = [];
    await inbox.take(delivery(), [said('a')]);
    expect(tries).toEqual(['a,a', 'a,a', 'a known']);
  });

  it('is known no more to a batch that failed, also where another event took its place meanwhile', async () => {
    const { commits, take, tries } = aWatchedInbox();
    const other = inTheSamePlaceAs('a');
    await take('a');
    commits.refuse = awayOnce();
    await take('a', other);
    expect(tries).toEqual(['a', `a known,${other}`, `a,${other}`]);
  });

  it('waits while it is under way, however often it comes, and is known then', async () => {
    const { commits, take, tries } = aWatchedInbox();
    let release = () => {};
    commits.hold = new Promise((resolve) => (release = resolve));
    const all = [take('a', 'a'), take('a', 'b')];
    await new Promise((resolve) => setImmediate(resolve));
    all.push(take('a'));
    await new Promise((resolve) => setImmediate(resolve));
    release();
    expect(await Promise.all(all)).toEqual([2, 2, 1]);
    expect(tries).toEqual(['a,a,a,b', 'a known']);
  });

  it('goes out only after its twin, also where batches overlap', async () => {
    const { commits, inbox, tries } = aWatchedInbox();
    let release = () => {};
    commits.hold = new Promise((resolve) => (release = resolve));
    const first = inbox.take(delivery(), [said('a')]);
    await new Promise((resolve) => setImmediate(resolve));
    const again = inbox.take(delivery(), [said('a')]);
    await new Promise((resolve) => setImmediate(resolve));
    expect(tries).toEqual(['a']);
    release();
    await Promise.all([first, again]);
    expect(tries).toEqual(['a', 'a known']);
  });

  it('is not known when its twin could not be committed', async () => {
    const { commits, take, tries } = aWatchedInbox();
    commits.refuse = () => new Error('connection refused');
    await expect(take('a')).rejects.toThrow(InboxUnavailable);
    commits.refuse = () => undefined;
    await take('a');
    expect(tries.at(-1)).toBe('a');
    expect(commits.batches).toEqual([['a']]);
  });

  it('is known no more when the database was away meanwhile: a standby may not have it', async () => {
    const { commits, take, tries } = aWatchedInbox();
    await take('a');
    commits.refuse = awayOnce();
    await take('a', 'b');
    commits.refuse = awayOnce();
    await take('c');
    await take('b');
    expect(tries).toEqual(['a', 'a known,b', 'a,b', 'c', 'c', 'b']);
  });

  it('is forgotten after many thousands of others: then the ledger knows it', async () => {
    const { take, tries } = aWatchedInbox();
    const others = (from: number) => Array.from({ length: 4_096 }, (_, index) => `${from + index}`);
    await take('a');
    await take(...others(0).slice(0, 100));
    await take('a');
    for (let from = 0; from < 65_536; from += 4_096) await take(...others(from));
    await take('a');
    expect(tries.filter((keys) => /^a\b/.test(keys))).toEqual(['a', 'a known', 'a']);
  });
});
