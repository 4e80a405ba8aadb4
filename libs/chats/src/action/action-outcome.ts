import { at, cleanText, has, type HttpAnswer, NotAskedError, objectOf, OutcomeUnknownError } from '#messenger-kit';

/** How a call ended. `again`: it may go well another time. */
export interface ActionOutcome {
  readonly kind: 'succeeded' | 'failed' | 'again';
  readonly httpStatus: number | null;
  /** Null where there is nothing to say beyond the text. */
  readonly code: string | null;
  /** What is wrong, for people. */
  readonly sentence: string | null;
  /** What the called system says to the agent. */
  readonly text: string | null;
  /** It did not come to an end here, and yet may have been done. */
  readonly doubtful?: true;
  /** How long the called system asks to wait. */
  readonly waitMs?: number;
}

const LONGEST_TEXT = 1_000;
const LONGEST_WAIT_S = 60;
const PASSING = new Set([408, 425, 429]);
/** Asking again would end the same way. */
const FINAL_CODES = new Set(['bad_url', 'blocked_address', 'answer_too_large']);

/** A text in `{ "text": … }`, or nothing, is what an action answers. Whatever else it says after 2xx, it did its work. */
export function outcomeOf(answer: HttpAnswer): ActionOutcome {
  const { status, json, body } = answer;
  if (status >= 200 && status < 300) return { ...succeeded(json, body.length === 0), httpStatus: status };
  if (status < 400) return failed('redirected', 'The called system’s address leads elsewhere', status);
  const passing = status >= 500 || PASSING.has(status);
  if (!passing) return failed('refused', 'The called system refused it', status);
  const again = failed('unavailable', 'The called system could not do it', status);
  return { ...again, kind: 'again', waitMs: waitOf(answer) };
}

/** The same for a call that got no answer. Errors of other kinds are thrown again: they are ours. */
export function outcomeOfError(error: unknown): ActionOutcome {
  if (!(error instanceof NotAskedError || error instanceof OutcomeUnknownError)) throw error;
  const { code } = error;
  const sentence = SENTENCES[code] ?? 'The called system could not be reached, or gave no whole answer.';
  return { kind: FINAL_CODES.has(code) ? 'failed' : 'again', httpStatus: null, code, sentence, text: null };
}

const SENTENCES: Partial<Record<string, string>> = {
  bad_url: 'The action’s address cannot be called.',
  blocked_address: 'The action’s address is not on the public internet, and the configuration does not allow it.',
  answer_too_large: 'The called system answered more than is read here.',
  timeout: 'The called system took too long.',
};

function succeeded(json: unknown, empty: boolean): Omit<ActionOutcome, 'httpStatus'> {
  const fine = { kind: 'succeeded', code: null, sentence: null, text: null } as const;
  if (empty || (objectOf(json) && !has(json, 'text'))) return fine;
  const text = at(json, 'text');
  if (typeof text === 'string') return { ...fine, text: shortened(text) };
  return { ...fine, code: 'unreadable_answer', sentence: 'The called system answered something that is not a text.' };
}

function shortened(text: string): string | null {
  const clean = cleanText(text).trim();
  if (clean.length <= LONGEST_TEXT) return clean || null;
  return `${clean.slice(0, LONGEST_TEXT - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}

function failed(code: string, sentence: string, status: number): ActionOutcome {
  return { kind: 'failed', httpStatus: status, code, sentence: `${sentence} (status ${status}).`, text: null };
}

/** Seconds only; a date is for those who wait longer than we do. */
function waitOf({ headers }: HttpAnswer): number | undefined {
  const given = headers['retry-after'];
  return given !== undefined && /^\d{1,6}$/.test(given) ? Math.min(Number(given), LONGEST_WAIT_S) * 1000 : undefined;
}
