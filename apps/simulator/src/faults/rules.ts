/** When something shall happen: to the matching ones, after the first `skip`, `times` times (default once; null = always). */
export interface Rule<Match, Effect> {
  readonly match?: Match;
  readonly skip?: number;
  readonly times?: number | null;
  readonly effect: Effect;
}

interface Standing<Match, Effect> {
  readonly rule: Rule<Match, Effect>;
  seen: number;
  used: number;
}

/** Scripted exceptions. The first rule that matches and is not used up applies; nothing else is counted for later ones. */
export class Rules<Match extends object, Effect extends { readonly kind: string }> {
  private standing: Standing<Match, Effect>[] = [];

  add(rule: Rule<Match, Effect>): void {
    this.standing.push({ rule, seen: 0, used: 0 });
  }

  clear(): void {
    this.standing = [];
  }

  /** The effect for this one, counted as used. `kinds` limits which effects are asked about. */
  take(subject: Match, kinds?: readonly Effect['kind'][]): Effect | undefined {
    for (const one of this.standing) {
      const { match, skip = 0, times = 1, effect } = one.rule;
      if (kinds && !kinds.includes(effect.kind)) continue;
      if (times !== null && one.used >= times) continue;
      if (!matches(subject, match) || one.seen++ < skip) continue;
      one.used++;
      return effect;
    }
    return undefined;
  }
}

/** Every member the filter gives is equal, without regard to case; `text` is contained. */
export function matches(subject: object, filter: object | undefined): boolean {
  const values = new Map<string, unknown>(Object.entries(subject));
  return Object.entries(filter ?? {}).every(([name, wanted]: [string, unknown]) => {
    if (wanted === undefined) return true;
    const value = comparable(values.get(name));
    return name === 'text' ? value.includes(comparable(wanted)) : value === comparable(wanted);
  });
}

function comparable(value: unknown): string {
  return typeof value === 'string' ? value.toLowerCase() : (JSON.stringify(value) ?? '');
}
