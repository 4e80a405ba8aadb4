import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { LARGE, SMALL, type SeedSize } from '../seed/size.js';
import { GrownHouse, prepare } from './house.js';
import { plotOf } from './plot.js';
import { type Measurement, type Sample, tableOf, measurementsOf } from './measurement.js';
import { timeToReady } from './start.js';

/** From small to large. What is open is the same in all of them. */
const SIZES: readonly { readonly folder: string; readonly size: SeedSize }[] = [
  { folder: 'small', size: SMALL },
  { folder: 'medium', size: { ...LARGE, chats: 20_000, messages: 500_000 } },
  { folder: 'large', size: LARGE },
];
const PLOT = 'docs/growth.svg';

export interface GrowthOptions {
  /** Where the data is, or is to be made. */
  readonly directory: string;
  readonly quick: boolean;
  readonly say: (line: string) => void;
}

/**
 * What may grow with the history: the time to start, lists, and receiving, on 50 thousand, 500 thousand and 5 million
 * messages. Sizes take turns within a round. Writes the plot.
 */
export async function measureGrowth({ directory, quick, say }: GrowthOptions): Promise<void> {
  const folders = SIZES.map(({ folder }) => resolve(directory, folder));
  for (const [index, { size }] of SIZES.entries()) {
    say(`${folders[index]}: ${size.messages} messages`);
    await prepare(folders[index]!, size, say);
  }
  const rounds = quick ? 3 : 5;
  const starts = await measureStarts([resolve(directory, 'none'), ...folders], rounds, say);
  const measured = [...starts, ...(await measureLists(folders, rounds, quick, say))];
  for (const line of tableOf(measured)) say(line);
  const messages = SIZES.map(({ size }) => size.messages);
  await writeFile(PLOT, plotOf(measured, messages));
  say(`plotted in ${PLOT}`);
}

/** The first of the folders has no message at all. Nothing else runs meanwhile. */
async function measureStarts(folders: string[], rounds: number, say: (line: string) => void): Promise<Measurement[]> {
  const samples: Sample[] = [];
  // The first start makes the database, and brings an older one up to date.
  for (const folder of folders) await timeToReady(folder);
  for (let round = 0; round < rounds; round++) {
    const times = await inTurns(round, folders, timeToReady);
    say(`start, round ${round}, ms: ${times.map((time) => time.toFixed(0)).join(', ')}`);
    samples.push({ name: 'start', values: times.slice(1) });
  }
  return measurementsOf(samples, 'ms');
}

async function measureLists(
  folders: string[],
  rounds: number,
  quick: boolean,
  say: (line: string) => void,
): Promise<Measurement[]> {
  const houses: GrownHouse[] = [];
  try {
    for (const folder of folders) houses.push(await GrownHouse.open(folder));
    const [received, p50, p99]: Sample[][] = [[], [], []];
    for (let round = 0; round <= rounds; round++) {
      for (const house of houses) await house.signInAgain();
      for (const name of Object.keys(houses[0]!.lists)) {
        const latencies = await inTurns(round, houses, (house) => house.list(name, quick ? 100 : 200));
        say(
          `round ${round}, ${name}, p50/p99: ${latencies.map(({ p50: half, p99: most }) => `${half.toFixed(2)}/${most.toFixed(2)}`).join(', ')}`,
        );
        if (round === 0) continue;
        p50!.push({ name, values: latencies.map((one) => one.p50) });
        p99!.push({ name, values: latencies.map((one) => one.p99) });
      }
      const rates = await inTurns(round, houses, (house) => house.receive(quick ? 1_000 : 3_000));
      if (round > 0) received!.push({ name: 'received', values: rates.map(({ perSecond }) => perSecond) });
      say(
        `round ${round}${round === 0 ? ' (dropped)' : ''}, received a second: ${rates.map(({ perSecond }) => perSecond.toFixed(0)).join(', ')}`,
      );
    }
    return [...measurementsOf(received!, 'messages/s'), ...measurementsOf(p50!, 'ms', p99)];
  } finally {
    for (const house of houses) await house.stop();
  }
}

/** One after the other, backwards every other round; answers stand in the order of the items. */
async function inTurns<Item, Answer>(round: number, items: Item[], measure: (item: Item) => Promise<Answer>) {
  const answers: Answer[] = [];
  const order = [...items.keys()];
  for (const index of round % 2 ? order.reverse() : order) answers[index] = await measure(items[index]!);
  return answers;
}
