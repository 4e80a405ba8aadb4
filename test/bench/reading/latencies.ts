export interface Latencies {
  readonly p50: number;
  readonly p99: number;
}

/** So that plans are made, pages are cached and the code is compiled before the clock starts. */
const WARM_UP = 0.1;

/** One call after the other, in milliseconds. */
export async function latenciesOf(calls: number, call: () => Promise<unknown>): Promise<Latencies> {
  for (let number = 0; number < calls * WARM_UP; number++) await call();
  const latencies = new Float64Array(calls);
  for (let number = 0; number < calls; number++) {
    const began = performance.now();
    await call();
    latencies[number] = performance.now() - began;
  }
  latencies.sort();
  const at = (share: number) => latencies[Math.floor(calls * share)]!;
  return { p50: at(0.5), p99: at(0.99) };
}
