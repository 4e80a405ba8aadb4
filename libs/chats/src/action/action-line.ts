import type { RunRow } from './action-run.repository.js';

/** What the chat says of a run that is over. */
export function lineOf(run: Pick<RunRow, 'byName' | 'caption' | 'status' | 'sentence'>, text: string | null): string {
  const { byName, caption, status, sentence } = run;
  if (status === 'failed') return `${byName} ran “${caption}”, but it failed. ${sentence ?? ''}`.trim();
  if (text) return `${byName} ran “${caption}”: ${text}`;
  return sentence ? `${byName} ran “${caption}”. ${sentence}` : `${byName} ran “${caption}”`;
}
