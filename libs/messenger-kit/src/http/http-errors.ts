/**
 * The request surely was not handed over: the name did not resolve, nobody accepted the connection, the address is
 * blocked. Asking again is safe. The message never holds a path, a query or a header.
 */
export class NotAskedError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
    this.name = 'NotAskedError';
  }
}

/**
 * Bytes were handed over and no whole answer came back: the other side may or may not have acted. Asking again may
 * double the effect.
 */
export class OutcomeUnknownError extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
    this.name = 'OutcomeUnknownError';
  }
}

/** What is downloaded is larger than the caller allows. */
export class AnswerTooLarge extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'AnswerTooLarge';
  }
}

/** A stable word for what went wrong. Messages of the network stack are left out: some repeat what was sent or received. */
export function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return 'failed';
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error instanceof Error ? error.name : 'failed';
}

/**
 * What went wrong, for a log: its name, and the code of a network that did not answer or else where it was thrown. Never its
 * message: some quote an address or what was sent.
 */
export function faultOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  if (error instanceof NotAskedError || error instanceof OutcomeUnknownError) return `${error.name} (${error.code})`;
  const place = placeIn(error);
  return place === undefined ? error.name : `${error.name} ${place}`;
}

/** The first frame of the stack that is not Node's own; frames stand behind the message. */
function placeIn({ name, message, stack = '' }: Error): string | undefined {
  const head = message === '' ? name : `${name}: ${message}`;
  if (!stack.startsWith(head)) return undefined;
  const frames = stack.slice(head.length).match(/(?<=^ +)at .{1,300}$/gm) ?? [];
  return frames.find((frame) => !frame.includes('node:')) ?? frames[0];
}
