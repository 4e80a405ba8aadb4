import type { Metric, Registry } from 'prom-client';

interface Sample {
  readonly metricName: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
}

/**
 * A histogram without labels whose `observe` costs next to nothing; the library's makes a text of a bucket's bound each
 * time. To be read it is as the library's.
 */
export class Durations {
  private readonly counts: number[];
  private sum = 0;

  /** `bounds` in seconds, growing. */
  constructor(
    private readonly name: string,
    private readonly help: string,
    private readonly bounds: readonly number[],
    registry: Registry,
  ) {
    this.counts = Array.from({ length: bounds.length + 1 }, () => 0);
    // The registry asks its metrics for no more than a name and `get`; its types know only the library's own.
    registry.registerMetric(this as unknown as Metric);
  }

  observe(seconds: number): void {
    this.sum += seconds;
    let place = 0;
    while (place < this.bounds.length && seconds > this.bounds[place]!) place++;
    this.counts[place]! += 1;
  }

  get(): Promise<object> {
    const { name, help } = this;
    return Promise.resolve({ name, help, type: 'histogram', aggregator: 'sum', values: this.samples() });
  }

  private samples(): Sample[] {
    let total = 0;
    const samples: Sample[] = this.counts.map((count, place) => {
      total += count;
      return { metricName: `${this.name}_bucket`, labels: { le: this.bounds[place] ?? '+Inf' }, value: total };
    });
    samples.push({ metricName: `${this.name}_sum`, labels: {}, value: this.sum });
    samples.push({ metricName: `${this.name}_count`, labels: {}, value: total });
    return samples;
  }
}
