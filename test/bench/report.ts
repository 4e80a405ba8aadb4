export interface Measured {
  readonly perSecond: number;
  readonly p50?: number;
  readonly p99?: number;
  readonly latency?: number;
}

/** One round: every contender once. */
export interface Round {
  readonly bare64: Measured;
  readonly parley64: Measured;
  readonly perStep64: Measured;
  readonly inserts32: Measured;
  readonly parley1: Measured;
  readonly insert1: Measured;
  readonly parley256: Measured;
  /** Messages, ten a webhook. */
  readonly ten64: Measured;
  /** One in ten is redelivered. */
  readonly again64: Measured;
  /** One in ten comes from somebody new. */
  readonly strangers64: Measured;
  /** On 5 million messages, where they are there. */
  readonly large64?: Measured;
}

/** A ratio of a round's results, and what it must and should be. */
export interface Figure<R> {
  readonly name: string;
  readonly what: string;
  readonly of: (round: R) => number;
  readonly must: number;
  readonly aim: number;
  /** Whether less is better. */
  readonly less?: boolean;
}

const FIGURES: readonly Figure<Round>[] = [
  {
    name: 'P1',
    what: 'webhooks acknowledged after commit ÷ bare node:http server, 64 connections',
    of: (round) => round.parley64.perSecond / round.bare64.perSecond,
    must: 0.4,
    aim: 0.7,
  },
  {
    name: 'P2',
    what: 'the same with 256 connections ÷ bare server, 64 connections',
    of: (round) => round.parley256.perSecond / round.bare64.perSecond,
    must: 0.5,
    aim: 0.8,
  },
  {
    name: 'P3',
    what: 'the same ÷ single-row inserts, 32 clients',
    of: (round) => round.parley64.perSecond / round.inserts32.perSecond,
    must: 0.75,
    aim: 1.5,
  },
  {
    name: 'P4',
    what: 'the same ÷ repository per step, 64 connections',
    of: (round) => round.parley64.perSecond / round.perStep64.perSecond,
    must: 8,
    aim: 15,
  },
  {
    name: 'P6',
    what: 'p99 ÷ p50 of webhook latency, 64 connections',
    of: (round) => round.parley64.p99! / round.parley64.p50!,
    must: 4,
    aim: 2,
    less: true,
  },
  {
    name: 'P7',
    what: 'p50 of a lone webhook ÷ latency of a lone insert',
    of: (round) => round.parley1.p50! / round.insert1.latency!,
    must: 5,
    aim: 2.5,
    less: true,
  },
  {
    name: 'P8',
    what: 'messages a second, ten a webhook ÷ one a webhook',
    of: (round) => round.ten64.perSecond / round.parley64.perSecond,
    must: 1.6,
    aim: 3,
  },
  {
    name: 'P15',
    what: 'with one message in ten redelivered ÷ with none',
    of: (round) => round.again64.perSecond / round.parley64.perSecond,
    must: 0.8,
    aim: 0.95,
  },
  {
    name: 'PN',
    what: 'with one message in ten from somebody new ÷ with none',
    of: (round) => round.strangers64.perSecond / round.parley64.perSecond,
    must: 0.25,
    aim: 0.5,
  },
];

const GROWTH: Figure<Round> = {
  name: 'P5',
  what: 'with 5 million messages and 200,000 chats stored ÷ almost empty',
  of: (round) => round.large64!.perSecond / round.parley64.perSecond,
  must: 0.85,
  aim: 0.97,
};

/** Prints each figure as the median of the rounds' ratios, with its range, against what must and should be reached. */
export function sayFigures<R>(figures: readonly Figure<R>[], rounds: readonly R[], say: (line: string) => void): void {
  for (const figure of figures) {
    const ratios = rounds.map(figure.of).sort((a, b) => a - b);
    const median = ratios[Math.floor(ratios.length / 2)]!;
    const reached = (goal: number) => (figure.less ? median <= goal : median >= goal);
    const verdict = reached(figure.aim) ? 'aim reached' : reached(figure.must) ? 'must reached' : 'MISSED';
    const range = `${ratios[0]!.toFixed(2)}–${ratios.at(-1)!.toFixed(2)}`;
    say(
      `${figure.name}  ${median.toFixed(2)} (${range}; must ${figure.must}, aim ${figure.aim}: ${verdict})  ${figure.what}`,
    );
  }
}

export function report(rounds: readonly Round[], say: (line: string) => void): void {
  sayFigures(FIGURES, rounds, say);
  if (rounds.every(({ large64 }) => large64)) sayFigures([GROWTH], rounds, say);
  else say('P5   not measured: -- --large <directory> has or gets the 5 million messages');
  for (const name of [
    'bare64',
    'parley64',
    'parley256',
    'ten64',
    'strangers64',
    'perStep64',
    'inserts32',
    'parley1',
  ] as const) {
    const rates = rounds.map((round) => round[name].perSecond).sort((a, b) => a - b);
    say(`    ${name}: median ${Math.round(rates[Math.floor(rates.length / 2)]!)}/s`);
  }
}
