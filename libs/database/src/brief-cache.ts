interface Entry<Value> {
  readonly value: Promise<Value>;
  readonly until: number;
}

/**
 * Remembers what the database answered, for a short time. Callers who ask for the same key meanwhile share one look-up; failed look-ups are
 * not remembered. Holds a bounded number of keys, so that a flood of wrong ones cannot fill the memory.
 */
export class BriefCache<Value> {
  private readonly entries = new Map<string, Entry<Value>>();

  constructor(
    private readonly ttlMs: number,
    private readonly capacity = 10_000,
  ) {}

  get(key: string, look: () => Promise<Value>): Promise<Value> {
    const known = this.entries.get(key);
    if (known && known.until > performance.now()) return known.value;
    this.entries.delete(key);
    this.makeRoom();
    const entry = { value: look(), until: performance.now() + this.ttlMs };
    this.entries.set(key, entry);
    entry.value.catch(() => {
      if (this.entries.get(key) === entry) this.entries.delete(key);
    });
    return entry.value;
  }

  /** What is being looked up right now is forgotten too: whoever asks next looks anew. */
  clear(): void {
    this.entries.clear();
  }

  /** A Map keeps its keys in the order they came, so the first is the oldest. */
  private makeRoom(): void {
    if (this.entries.size < this.capacity) return;
    const oldest = this.entries.keys().next();
    if (!oldest.done) this.entries.delete(oldest.value);
  }
}
