import type { DocumentedOperation } from './document.js';

/**
 * `valid`: all that the document asks for. `faulty`: with something the document forbids. `odd`: neither; whatever is answered
 * must be well said.
 */
export type Kind = 'valid' | 'faulty' | 'odd';

export interface GeneratedRequest {
  readonly operation: DocumentedOperation;
  readonly kind: Kind;
  readonly method: string;
  /** With the query, as it is sent. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | undefined;
  /** What was made wrong: `#/text is too long`. */
  readonly faults: readonly string[];
  /** Where it was: JSON pointers and `?name`, one of which a refusal must name; none where it has no place. */
  readonly places: readonly string[];
}
