const WINDOW_MS = 60_000;
/** Lines that are all different, as when many jobs fail, are not worth remembering. */
const MOST = 1_000;

/**
 * Lines that are said word for word again within a minute: the first is written at once, those after it as one, with their
 * number, when the minute is over. Whoever works by rounds says the same all day while something is broken.
 */
export class RepeatedLines {
  private readonly heard = new Map<string, { times: number }>();

  /** Calls `write` at once, or later for this line and all that are like it; `again` counts what was left out until then. */
  say(line: string, write: (again?: { repeated: number }) => void): void {
    const known = this.heard.get(line);
    if (known) known.times += 1;
    else if (this.heard.size >= MOST) write();
    else {
      write();
      this.listen(line, write);
    }
  }

  private listen(line: string, write: (again: { repeated: number }) => void): void {
    const entry = { times: 0 };
    this.heard.set(line, entry);
    setTimeout(() => {
      this.heard.delete(line);
      if (entry.times === 0) return;
      write({ repeated: entry.times });
      this.listen(line, write);
    }, WINDOW_MS).unref();
  }
}
