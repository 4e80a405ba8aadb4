import { bytesOf, Caller, closedLoop, openLoop, type Post } from '../load.js';
import type { Page } from '../page.js';
import { freePort, residentMegabytes, startProgram, stopProgram } from '../processes.js';
import { sayFigures, type Figure } from '../report.js';
import { messengerWebhooks } from '../webhooks.js';
import { Listeners } from './listeners.js';

interface StreamRound {
  /** Deliveries a second to all streams. */
  readonly parley: number;
  readonly bare: number;
  /** Milliseconds, at a steady rate. */
  readonly webhookP99: number;
  readonly streamP99: number;
  readonly streamP50: number;
  readonly megabytes: number;
  /** Webhooks a second, 64 connections, without streams and with them. */
  readonly without: number;
  readonly with: number;
}

const STREAMS = 500;
const UNDER_WAY = 64;
const PEOPLE = 200;
const PER_SECOND = 1_000;
/** About two seconds of them: what opening the streams left behind is over by then. */
const WEBHOOKS = 24_000;
/** The same where it must be quick. */
const QUICK_WEBHOOKS = 16_000;

const FIGURES: readonly Figure<StreamRound>[] = [
  {
    name: 'P13',
    what: `deliveries to ${STREAMS} streams ÷ a bare SSE broadcaster`,
    of: ({ parley, bare }) => parley / bare,
    must: 0.5,
    aim: 0.8,
  },
  {
    name: 'P14',
    what: `acknowledgement to an agent’s stream p99, ${PER_SECOND} messages a second ÷ webhook p99`,
    of: ({ streamP99, webhookP99 }) => streamP99 / webhookP99,
    must: 3,
    aim: 1.2,
    less: true,
  },
  {
    name: 'P1s',
    what: `webhooks a second with ${STREAMS} streams connected ÷ with none`,
    of: (round) => round.with / round.without,
    must: 0.9,
    aim: 0.97,
  },
];

const MEMORY: Figure<StreamRound> = {
  name: 'MB ',
  what: `resident memory at ${PER_SECOND} messages a second with ${STREAMS} more streams open`,
  of: ({ megabytes }) => megabytes,
  must: 300,
  aim: 200,
  less: true,
};

type Steady = Pick<StreamRound, 'webhookP99' | 'streamP99' | 'streamP50' | 'megabytes'>;

/** What agents’ streams cost, against a server that only broadcasts. */
export async function measureStreams(page: Page, quick: boolean, say: (line: string) => void): Promise<void> {
  const barePort = await freePort();
  const bare = await startProgram(new URL('./bare-broadcaster.js', import.meta.url), [String(barePort)], {}, barePort);
  const messages = quick ? 100 : 400;
  const many = quick ? QUICK_WEBHOOKS : WEBHOOKS;
  const webhooks = (count: number) => messengerWebhooks({ path: page.path, webhooks: count, people: PEOPLE });
  const deaf = await aDeafAgent(page);
  const runs = {
    parley: () => deliveries(page.port, '/v1/events/stream', page.accessToken, webhooks(messages)),
    bare: () => deliveries(barePort, '/', '', webhooks(messages)),
    without: () => receiving(page, many),
    with: async () => {
      const listeners = await Listeners.open(page.port, '/v1/events/stream', deaf, STREAMS);
      return receiving(page, many).finally(() => listeners.close());
    },
    steady: () => steady(page, deaf, webhooks(PER_SECOND * (quick ? 1 : 5))),
  };
  try {
    await deliveries(page.port, '/v1/events/stream', page.accessToken, webhooks(PEOPLE), 1);
    const rounds: StreamRound[] = [];
    for (let number = 0; number < (quick ? 4 : 7); number++) {
      const order = ['parley', 'bare', 'without', 'with'] as const;
      const rates = new Map<(typeof order)[number], number>();
      for (const name of number % 2 ? order.toReversed() : order) rates.set(name, await runs[name]());
      const round = {
        ...(Object.fromEntries(rates) as Record<(typeof order)[number], number>),
        ...(await runs.steady()),
      };
      rounds.push(round);
      say(`streams, round ${number}${number === 0 ? ' (dropped)' : ''}: ${describe(round)}`);
    }
    sayFigures([...FIGURES, MEMORY], rounds.slice(1), say);
  } finally {
    await stopProgram(bare);
  }
}

/** As many messages under way as connections: the next one is sent when an earlier one has reached every stream. */
async function deliveries(port: number, path: string, bearer: string, posts: readonly Post[], streams = STREAMS) {
  const waiting: { readonly until: number; readonly go: () => void }[] = [];
  const listeners = await Listeners.open(port, path, bearer, streams, () => {
    while (waiting[0] && listeners.delivered >= waiting[0].until) waiting.shift()!.go();
  });
  const arrived = (until: number) =>
    listeners.delivered >= until ? undefined : new Promise<void>((go) => waiting.push({ until, go }));
  const callers = await Promise.all(Array.from({ length: UNDER_WAY }, () => Caller.open(port)));
  const requests = posts.map((post) => bytesOf(port, post));
  const began = performance.now();
  for (let index = 0; index < requests.length; index++) {
    await arrived((index - UNDER_WAY + 1) * streams);
    // Its connection is free: what it sent last has reached the streams, after it was acknowledged or just before.
    void callers[index % UNDER_WAY]!.after(requests[index]!);
  }
  await arrived(requests.length * streams);
  const seconds = (performance.now() - began) / 1000;
  listeners.close();
  for (const caller of callers) caller.close();
  return (requests.length * streams) / seconds;
}

async function receiving({ port, path }: Page, webhooks: number): Promise<number> {
  const posts = messengerWebhooks({ path, webhooks, people: PEOPLE });
  return (await closedLoop(port, UNDER_WAY, posts)).perSecond;
}

/** Open loop: a message is due every millisecond, however long the last ones take. */
async function steady(page: Page, deaf: string, posts: readonly Post[]): Promise<Steady> {
  const arrivals = new Map<number, number>();
  let text = '';
  const hearing = await Listeners.open(page.port, '/v1/events/stream', page.accessToken, 1, (chunk) => {
    const now = performance.now();
    text += chunk;
    for (const [, number] of text.matchAll(/Is lamp (\d+) there\?/g))
      arrivals.set(Number(number), arrivals.get(Number(number)) ?? now);
    text = text.slice(-200);
  });
  const others = await Listeners.open(page.port, '/v1/events/stream', deaf, STREAMS);
  const { sent, acknowledged } = await openLoop(page.port, UNDER_WAY, PER_SECOND, posts);
  const deadline = performance.now() + 10_000;
  while (arrivals.size < posts.length && performance.now() < deadline) await new Promise((go) => setTimeout(go, 5));
  if (arrivals.size < posts.length) throw new Error(`${arrivals.size} of ${posts.length} reached the stream`);
  const megabytes = await residentMegabytes(page.pid);
  for (const all of [hearing, others]) all.close();
  const webhook = acknowledged.map((at, index) => at - sent[index]!).sort();
  const stream = acknowledged.map((at, index) => Math.max(0, arrivals.get(index)! - at)).sort();
  const place = (share: number) => Math.floor(posts.length * share);
  return {
    webhookP99: webhook[place(0.99)]!,
    streamP99: stream[place(0.99)]!,
    streamP50: stream[place(0.5)]!,
    megabytes,
  };
}

/** Somebody without queues or chats, whose streams stay open and hear nothing. */
export async function aDeafAgent(page: Page): Promise<string> {
  const who = { email: `deaf${Date.now()}@example.com`, password: 'a password for the bench alone' };
  await page.call('/v1/users', { ...who, name: 'Deaf', role: 'agent' });
  const { accessToken } = await page.call<{ accessToken: string }>('/v1/auth/sessions', who);
  return accessToken;
}

function describe({ parley, bare, webhookP99, streamP50, streamP99, megabytes }: StreamRound): string {
  const ms = (value: number) => `${value.toFixed(1)} ms`;
  return (
    `parley ${Math.round(parley)}/s, bare ${Math.round(bare)}/s; webhook p99 ${ms(webhookP99)}, ` +
    `stream p50 ${ms(streamP50)}, p99 ${ms(streamP99)}, ${Math.round(megabytes)} MB`
  );
}
