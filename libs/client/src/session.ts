import type { components } from './api-types.js';
import { ProblemError } from './problem-error.js';

/** What to keep to go on later as the same person: each refresh replaces both. */
export interface Tokens {
  readonly accessToken: string;
  readonly refreshToken?: string;
}

export interface SessionOptions {
  readonly url: string;
  readonly tokens?: Tokens;
  /** They are new, or undefined: nobody is signed in any longer. */
  readonly onTokens?: (tokens: Tokens | undefined) => void;
}

/** Who calls, and how the call proves it. */
export class Session {
  private tokens: Tokens | undefined;
  private renewing: Promise<string | undefined> | undefined;

  constructor(private readonly options: SessionOptions) {
    this.tokens = options.tokens;
  }

  get token(): string | undefined {
    return this.tokens?.accessToken;
  }

  get canRenew(): boolean {
    return this.tokens?.refreshToken !== undefined;
  }

  async signIn(email: string, password: string): Promise<void> {
    this.keep(await this.ask('', { email, password }));
  }

  forget(): void {
    this.keep(undefined);
  }

  /**
   * The token to use instead of one the server refused; undefined when there is none. All who ask at the same time share
   * one refresh: a refresh token works once.
   */
  renew(refused: string): Promise<string | undefined> {
    if (this.token !== refused) return Promise.resolve(this.token);
    this.renewing ??= this.refresh().finally(() => (this.renewing = undefined));
    return this.renewing;
  }

  private async refresh(): Promise<string | undefined> {
    const before = this.tokens;
    if (before?.refreshToken === undefined) return undefined;
    const next = await this.successor(before.refreshToken);
    // Somebody else may have signed in, or everybody out, meanwhile.
    if (this.tokens === before) this.keep(next);
    return this.token;
  }

  private async successor(refreshToken: string): Promise<Tokens | undefined> {
    const ask = () => this.ask('/refresh', { refreshToken });
    try {
      // Asked at once again, the server repeats an answer that was lost; later, the session would end.
      return await ask().catch((error: unknown) => (error instanceof ProblemError ? Promise.reject(error) : ask()));
    } catch (error) {
      if (error instanceof ProblemError && error.status === 401) return undefined;
      throw error;
    }
  }

  private async ask(path: string, body: object): Promise<Tokens> {
    const response = await fetch(`${this.options.url}/v1/auth/sessions${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw await ProblemError.of(response);
    const { accessToken, refreshToken } = (await response.json()) as components['schemas']['Tokens'];
    return { accessToken, refreshToken };
  }

  private keep(tokens: Tokens | undefined): void {
    this.tokens = tokens;
    this.options.onTokens?.(tokens);
  }
}
