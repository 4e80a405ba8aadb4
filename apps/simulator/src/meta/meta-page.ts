import { Courier, type Depot } from '../delivery/courier.js';
import type { StoredFile } from '../files.js';
import { randomDigits } from '../ids.js';
import { PageThrottle } from './throttle.js';

export interface NewPage {
  readonly id?: string;
  readonly name?: string;
  /** The Page token. Default: random. */
  readonly token?: string;
  /** Id of the app the token belongs to. Default: the first app, made if there is none. */
  readonly app?: string;
}

const DAY = 24 * 3_600_000;

/** What somebody with full control of a Page may do there. */
export const ALL_TASKS: readonly string[] = ['ANALYZE', 'CREATE_CONTENT', 'MESSAGING', 'MODERATE', 'MANAGE'];

/** One simulated Page: its subscriptions, when each person last wrote, who has their threads. */
export class MetaPage {
  readonly id: string;
  readonly name: string;
  readonly courier: Courier;
  /** Fields by app id. */
  readonly subscriptions = new Map<string, ReadonlySet<string>>();
  /** Which app has a person's thread; absent = nobody in particular, all may write. */
  readonly threadOwners = new Map<string, string>();
  /** What was uploaded to be used again, by attachment id. */
  readonly reusable = new Map<string, StoredFile>();
  readonly throttle = new PageThrottle();
  /** What whoever signs in may do here; none = they have no role. */
  adminTasks: readonly string[] = ALL_TASKS;
  private readonly lastWrote = new Map<string, number>();
  private readonly blocked = new Set<string>();

  constructor(depot: Depot, { id, name }: NewPage) {
    this.id = id ?? randomDigits(15);
    this.name = name ?? 'Simulated Page';
    this.courier = new Courier(depot, { maxConnections: () => 100, holdsLane: false });
  }

  /** The person wrote: an older event that comes late does not shorten the window. */
  heardFrom(psid: string, at: number): void {
    this.meet(psid, Math.max(at, this.lastWrote.get(psid) ?? at));
  }

  /** The person last wrote at exactly this time. */
  meet(psid: string, at: number): void {
    this.lastWrote.set(psid, at);
    this.blocked.delete(psid);
  }

  block(psid: string): void {
    this.blocked.add(psid);
  }

  unblock(psid: string): void {
    this.blocked.delete(psid);
  }

  standing(psid: string): 'stranger' | 'met' | 'blocked' {
    if (this.blocked.has(psid)) return 'blocked';
    return this.lastWrote.has(psid) ? 'met' : 'stranger';
  }

  /** Which messaging window is open: the ordinary one of 24 hours, that of human agents (7 days), or none. */
  window(psid: string, now: number): 'standard' | 'human_agent' | 'closed' {
    const age = now - (this.lastWrote.get(psid) ?? -Infinity);
    if (age < DAY) return 'standard';
    return age < 7 * DAY ? 'human_agent' : 'closed';
  }
}
