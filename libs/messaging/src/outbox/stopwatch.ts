/**
 * How long ago something was, by whichever clock says longer: the steady one stands still while a machine sleeps, the
 * other one can be set back.
 */
export class Stopwatch {
  private readonly steady = performance.now();
  private readonly wall = Date.now();

  get elapsedMs(): number {
    return Math.max(performance.now() - this.steady, Date.now() - this.wall);
  }
}
