/** So many a second, and so many at once after a silence. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

/** A token bucket that begins full. */
export class Bucket {
  private tokens: number | undefined;
  private at = 0;

  /** Takes one where there is one and says 0; else says in how many ms there will be one. */
  take({ perSecond, burst }: Rate, now: number): number {
    const grown = this.tokens === undefined ? burst : this.tokens + ((now - this.at) / 1_000) * perSecond;
    this.tokens = Math.min(grown, burst);
    this.at = now;
    if (this.tokens < 1) return Math.ceil(((1 - this.tokens) / perSecond) * 1_000);
    this.tokens--;
    return 0;
  }
}
