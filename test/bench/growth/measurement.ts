/** What one round measured, a value a size. */
export interface Sample {
  readonly name: string;
  readonly values: readonly number[];
}

export interface Line {
  /** Medians of the rounds, a value a size. */
  readonly values: readonly number[];
  /** The largest size's value ÷ the smallest one's, as the median of the rounds' ratios. */
  readonly ratio: number;
}

export interface Measurement {
  readonly name: string;
  readonly unit: 'ms' | 'messages/s';
  readonly median: Line;
  readonly p99?: Line;
}

/** Samples of all rounds as one measurement a name; `p99` holds the same names in the same order. */
export function measurementsOf(
  samples: readonly Sample[],
  unit: Measurement['unit'],
  p99?: readonly Sample[],
): Measurement[] {
  const names = [...new Set(samples.map(({ name }) => name))];
  return names.map((name) => ({
    name,
    unit,
    median: lineOf(samples, name),
    ...(p99 && { p99: lineOf(p99, name) }),
  }));
}

function lineOf(samples: readonly Sample[], name: string): Line {
  const rounds = samples.filter((sample) => sample.name === name).map(({ values }) => values);
  return {
    values: rounds[0]!.map((_, size) => median(rounds.map((values) => values[size]!))),
    ratio: median(rounds.map((values) => values.at(-1)! / values[0]!)),
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const half = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

/** From the smallest size to the largest, a hundred times as much. */
const DOUBLINGS = Math.log2(100);

/** How much more it is for each doubling of the messages, if it grew evenly, like `+1.2 %`. */
export function perDoubling({ ratio }: Line): string {
  const percent = (ratio ** (1 / DOUBLINGS) - 1) * 100;
  return `${percent < 0 ? '−' : '+'}${Math.abs(percent).toFixed(1)} %`;
}

export function shown(value: number): string {
  if (value >= 100) return Math.round(value).toLocaleString('en');
  return value.toFixed(value < 10 ? 2 : 1);
}

/** As the documentation holds it. */
export function tableOf(measurements: readonly Measurement[]): string[] {
  const rows = measurements.map(({ name, unit, median: middle, p99 }) => {
    const of = (line: Line) => [line.values.map(shown).join(' / '), line.ratio.toFixed(2), perDoubling(line)];
    return [`${name}, ${unit}`, ...of(middle), ...(p99 ? of(p99) : ['', '', ''])];
  });
  const head = ['', '50 k / 500 k / 5 M', '×', 'a doubling', 'p99', '×', 'a doubling'];
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
}
