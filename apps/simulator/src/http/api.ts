import type { ServerResponse } from 'node:http';
import type { CallDescription } from '../faults/call-faults.js';
import type { Answer } from './answer.js';
import type { Call } from './call.js';

/** A simulated API behind the front door. */
export interface Api {
  /** What this call is about, or undefined: not one of ours. */
  describe(call: Call): CallDescription | undefined;
  answer(call: Call): Promise<Answer>;
  /** An error in this API's own form. */
  refusal(error: { readonly code: number; readonly subcode?: number; readonly message?: string }): Answer;
  /** "Too many requests" in this API's own form. */
  tooMany(seconds: number, description: CallDescription): Answer;
}

/** Our own routes: the control API and the page. They meet no faults and are in no ledger. */
export interface OwnRoutes {
  /** Answers itself and says true, or says false: not ours. */
  handle(call: Call, response: ServerResponse): Promise<boolean>;
}
