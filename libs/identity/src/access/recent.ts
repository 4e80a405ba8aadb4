interface Entry<Value> {
  readonly until: number;
  readonly value: Promise<Value>;
}

const MOST = 20_000;

/** Remembers answers for a short time, counted from the question; a question being asked is not asked twice. */
export class Recent<Value> {
  private readonly entries = new Map<string, Entry<Value>>();

  constructor(private readonly ttlMs: number) {}

  get(key: string, load: () => Promise<Value>): Promise<Value> {
    const now = performance.now();
    const known = this.entries.get(key);
    if (known && known.until > now) return known.value;
    this.entries.delete(key);
    if (this.entries.size >= MOST) this.dropOldest();
    const entry = { until: now + this.ttlMs, value: load() };
    this.entries.set(key, entry);
    entry.value.catch(() => {
      if (this.entries.get(key) === entry) this.entries.delete(key);
    });
    return entry.value;
  }

  /** What is being asked right now is forgotten too: whoever asks next asks anew. */
  clear(): void {
    this.entries.clear();
  }

  private dropOldest(): void {
    for (const key of this.entries.keys()) {
      this.entries.delete(key);
      return;
    }
  }
}
