import type { Page } from '../page.js';
import { signal } from '../processes.js';
import { sayFigures, type Figure } from '../report.js';
import { BareSender } from './bare-sender.js';
import { SendingHouse } from './house.js';
import { postmasterOf, spent } from './processor-time.js';

interface SendingRound {
  /** Answers a second, accepted and sent; messages a second of the bare sender. */
  readonly accepted: number;
  readonly sent: number;
  readonly bare: number;
  /** Processor time an answer, in ms, its echo included. */
  readonly server: number;
  readonly postgres: number;
}

/** As many answers under way as lanes run at once. */
const UNDER_WAY = 32;
/** A person may get ten at once, at Messenger's pace. */
const ANSWERS_PER_CHAT = 4;

const FIGURES: readonly Figure<SendingRound>[] = [
  {
    name: 'S1',
    what: 'answers sent a second ÷ a bare sender (row, call, row), 32 at once',
    of: ({ sent, bare }) => sent / bare,
    must: 0.1,
    aim: 0.25,
  },
  {
    name: 'S2',
    what: 'ms of processor time an answer, server and PostgreSQL, from the request to its worked in echo',
    of: ({ server, postgres }) => server + postgres,
    must: 15,
    aim: 7.5,
    less: true,
  },
];

/** What answers cost from the agent's request until the messenger has them. */
export async function measureSending(
  page: Page,
  url: string,
  quick: boolean,
  say: (line: string) => void,
): Promise<void> {
  const house = await SendingHouse.open(page, url);
  const bare = await BareSender.open(page, url);
  const postmaster = await postmasterOf(url);
  const answers = quick ? house.chats.length : house.chats.length * ANSWERS_PER_CHAT;
  const runs = {
    parley: async () => {
      const before = spent(page.pid, postmaster);
      const began = performance.now();
      const each = async (number: number) => house.answer(house.chats[number % house.chats.length]!, number);
      const accepted = await perSecond(answers, each);
      await house.sent();
      const seconds = (performance.now() - began) / 1000;
      await house.echoed();
      const after = spent(page.pid, postmaster);
      return {
        accepted,
        sent: answers / seconds,
        server: (after.server - before.server) / answers,
        postgres: (after.postgres - before.postgres) / answers,
      };
    },
    bare: async () => {
      // It would go on with what its last turn left to do, such as finding the words of what was said.
      signal(page.pid, 'SIGSTOP');
      const sent = perSecond(answers, (number) => bare.send(number));
      return { bare: await sent.finally(() => signal(page.pid, 'SIGCONT')) };
    },
  };
  try {
    const rounds: SendingRound[] = [];
    for (let number = 0; number < (quick ? 4 : 7); number++) {
      const round: Partial<SendingRound> = {};
      for (const name of number % 2 ? (['bare', 'parley'] as const) : (['parley', 'bare'] as const))
        Object.assign(round, await runs[name]());
      rounds.push(round as SendingRound);
      say(`sending, round ${number}${number === 0 ? ' (dropped)' : ''}: ${describe(round as SendingRound)}`);
    }
    sayFigures(FIGURES, rounds.slice(1), say);
  } finally {
    await bare.close();
    await house.close();
  }
}

async function perSecond(count: number, work: (number: number) => Promise<void>): Promise<number> {
  let next = 0;
  const began = performance.now();
  await Promise.all(
    Array.from({ length: UNDER_WAY }, async () => {
      for (let number = next++; number < count; number = next++) await work(number);
    }),
  );
  return (count * 1000) / (performance.now() - began);
}

function describe({ accepted, sent, bare, server, postgres }: SendingRound): string {
  return (
    `${Math.round(accepted)}/s accepted, ${Math.round(sent)}/s sent, bare ${Math.round(bare)}/s; ` +
    `${server.toFixed(1)} ms of the server, ${postgres.toFixed(1)} ms of PostgreSQL an answer`
  );
}
