import type { FastifyInstance } from 'fastify';

interface KnownPath {
  readonly pattern: RegExp;
  readonly methods: Set<string>;
}

/** Which methods an address has: for an answer to one that it does not have. */
export class KnownPaths {
  private readonly paths = new Map<string, KnownPath>();

  /** Notes every route that is added to the server from now on, but for webhooks: their POST does not come so far. */
  static of(server: FastifyInstance): KnownPaths {
    const known = new KnownPaths();
    server.addHook('onRoute', ({ method, url }) => {
      if (!url.includes('*') && !url.startsWith('/webhooks/')) known.add(url, [method].flat());
    });
    return known;
  }

  add(url: string, methods: readonly string[]): void {
    const path = this.paths.get(url) ?? { pattern: patternOf(url), methods: new Set<string>() };
    for (const method of methods) path.methods.add(method);
    this.paths.set(url, path);
  }

  /** In order of the alphabet; none for an address of no route. */
  methodsOf(address: string): string[] {
    const path = address.replace(/[?#].*$/s, '');
    const found = [...this.paths.values()].filter(({ pattern }) => pattern.test(path));
    return [...new Set(found.flatMap(({ methods }) => [...methods]))].sort();
  }
}

function patternOf(url: string): RegExp {
  const parts = url
    .split('/')
    .map((part) => (part.startsWith(':') ? '[^/]+' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')));
  return new RegExp(`^${parts.join('/')}$`);
}
