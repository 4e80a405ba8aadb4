import { at, objectOf, parseJson, textOf } from '#messenger-kit';
import type { Choice, OfferedChoice } from '#messenger-kit';
import { CHOICES } from './outbound/limits.js';

/** LINE gives back what a button carries, not what stands on it: so both go along, where they differ and there is room. */
export function dataOf({ title, payload = title }: OfferedChoice): string {
  if (payload === title) return title;
  const both = JSON.stringify({ title, payload });
  return both.length <= CHOICES.data ? both : payload;
}

/** What was pressed; of a button that is not ours, in a rich menu, its data alone is known. */
export function choiceOf(data: string): Choice {
  const both = data.startsWith('{') ? objectOf(parseJson(data)) : undefined;
  const [title, payload] = [textOf(at(both, 'title')), textOf(at(both, 'payload'))];
  const isOurs = title !== undefined && payload !== undefined && Object.keys(both ?? {}).length === 2;
  return isOurs ? { title, payload } : { title: data, payload: data };
}
