/** The server's public API, as an administrator's script would call it. */
export class PublicApi {
  private constructor(
    private readonly serverUrl: string,
    private readonly accessToken: string | undefined,
  ) {}

  static async signIn(serverUrl: string, email: string, password: string): Promise<PublicApi> {
    const door = new PublicApi(serverUrl, undefined);
    const { accessToken } = await door.send<{ accessToken: string }>('POST', '/v1/auth/sessions', { email, password });
    return new PublicApi(serverUrl, accessToken);
  }

  /** All items of a list, page by page. */
  async list<Item>(path: string): Promise<Item[]> {
    const items: Item[] = [];
    for (let cursor: string | null | undefined = ''; cursor !== null && cursor !== undefined;) {
      const query = new URLSearchParams({ limit: '100', ...(cursor && { cursor }) });
      const page: { data: Item[]; page: { next: string | null } } = await this.send(
        'GET',
        `${path}?${query.toString()}`,
      );
      items.push(...page.data);
      cursor = page.page.next;
    }
    return items;
  }

  post<Made>(path: string, body: object): Promise<Made> {
    return this.send('POST', path, body);
  }

  async put(path: string, body?: object): Promise<void> {
    await this.send('PUT', path, body);
  }

  private async send<Answered>(method: string, path: string, body?: object): Promise<Answered> {
    const response = await fetch(this.serverUrl + path, {
      method,
      headers: {
        ...(body && { 'content-type': 'application/json' }),
        ...(this.accessToken && { authorization: `Bearer ${this.accessToken}` }),
      },
      body: body && JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} was answered ${response.status}: ${text}`);
    return (text === '' ? undefined : JSON.parse(text)) as Answered;
  }
}
