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
];

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
  for (const name of ['bare64', 'parley64', 'perStep64', 'inserts32', 'parley1'] as const) {
    const rates = rounds.map((round) => round[name].perSecond).sort((a, b) => a - b);
    say(`    ${name}: median ${Math.round(rates[Math.floor(rates.length / 2)]!)}/s`);
  }
}
