import type { components } from './api-types.js';

export type Problem = components['schemas']['Problem'];

/** The server, or a proxy before it, refused a call. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';

  constructor(
    readonly status: number,
    /** Stable word, usable as a translation key; `unknown` when the answer did not come from Parley. */
    readonly code: string,
    detail: string,
    /** What is wrong where in the request, by JSON pointer. */
    readonly errors: readonly { readonly pointer: string; readonly detail: string }[] = [],
    /** To be told to whoever runs the server. */
    readonly requestId?: string,
    /** The whole answer: some problems say more, such as the `holder` of a chat, or the `cursor` to go on from. */
    readonly problem: Readonly<Partial<Problem> & Record<string, unknown>> = {},
  ) {
    super(detail);
  }

  static async of(response: Response): Promise<ProblemError> {
    const problem = await problemIn(response);
    if (!problem) return new ProblemError(response.status, 'unknown', `The server answered ${response.status}.`);
    const { code, detail, errors, requestId } = problem;
    return new ProblemError(response.status, code, detail, errors, requestId, { ...problem });
  }
}

async function problemIn(response: Response): Promise<Problem | undefined> {
  if (!response.headers.get('content-type')?.includes('application/problem+json')) return undefined;
  return (await response.json().catch(() => undefined)) as Problem | undefined;
}
