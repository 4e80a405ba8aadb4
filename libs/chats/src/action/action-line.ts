import type { ActionOutcome } from './action-outcome.js';
import type { RunRow } from './action-run.repository.js';

/** What the chat says of a run that is over. */
export function lineOf({ byName, caption }: Pick<RunRow, 'byName' | 'caption'>, outcome: ActionOutcome): string {
  const { kind, doubtful, text } = outcome;
  const sentence = outcome.sentence ?? '';
  if (doubtful) return `${byName} ran “${caption}”, but nobody knows whether it was done. ${sentence}`.trim();
  if (kind !== 'succeeded') return `${byName} ran “${caption}”, but it failed. ${sentence}`.trim();
  if (text) return `${byName} ran “${caption}”: ${text}`;
  return sentence ? `${byName} ran “${caption}”. ${sentence}` : `${byName} ran “${caption}”`;
}
