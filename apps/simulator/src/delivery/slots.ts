/** At most so many at once; the others wait in line. */
export class Slots {
  private taken = 0;
  private readonly line: (() => void)[] = [];

  constructor(private readonly limit: () => number) {}

  async run<T>(work: () => Promise<T>): Promise<T> {
    while (this.taken >= this.limit()) await new Promise<void>((resolve) => this.line.push(resolve));
    this.taken++;
    try {
      return await work();
    } finally {
      this.taken--;
      this.line.shift()?.();
    }
  }
}
