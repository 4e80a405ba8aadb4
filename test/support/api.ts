/** An answer of the server, whole. */
export interface Answer<Body = unknown> {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
}

/** The public API over real HTTP, as somebody who may be signed in. */
export class Api {
  constructor(
    readonly url: string,
    private readonly token?: string,
  ) {}

  as(token: string): Api {
    return new Api(this.url, token);
  }

  /** What a request of this caller carries. */
  get authorization(): Record<string, string> {
    return this.token ? { authorization: `Bearer ${this.token}` } : {};
  }

  async signIn(email: string, password: string): Promise<Api> {
    const { accessToken } = await this.created<{ accessToken: string }>('/v1/auth/sessions', { email, password });
    return this.as(accessToken);
  }

  get<Body>(path: string): Promise<Answer<Body>> {
    return this.call<Body>('GET', path);
  }

  post<Body>(path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Answer<Body>> {
    return this.call<Body>('POST', path, body, headers);
  }

  put<Body>(path: string, body?: unknown): Promise<Answer<Body>> {
    return this.call<Body>('PUT', path, body);
  }

  /** A GET that must succeed. */
  async read<Body>(path: string): Promise<Body> {
    return this.expectOk(await this.get<Body>(path), path);
  }

  /** A POST that must succeed. */
  async created<Body>(path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Body> {
    return this.expectOk(await this.post<Body>(path, body, headers), path);
  }

  /** A PATCH that must succeed. */
  async changed<Body>(path: string, body: unknown): Promise<Body> {
    return this.expectOk(await this.call<Body>('PATCH', path, body), path);
  }

  async call<Body>(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
    const response = await fetch(this.url + path, {
      method,
      headers: {
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...this.authorization,
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    const isJson = /json/.test(response.headers.get('content-type') ?? '');
    return {
      status: response.status,
      headers: response.headers,
      body: (isJson && text ? JSON.parse(text) : text) as Body,
    } satisfies Answer<Body>;
  }

  private expectOk<Body>(answer: Answer<Body>, path: string): Body {
    if (answer.status < 300) return answer.body;
    throw new Error(`${path} answered ${answer.status}: ${JSON.stringify(answer.body)}`);
  }
}
