import type { Audience } from '../event-map.js';
import { audienceNames, earsOf, type Viewer } from '../reading/viewer.js';
import type { EventStream } from './event-stream.js';

/** The streams of this node, by what they hear: an event finds its readers without asking all of them. */
export class Roster {
  readonly streams = new Set<EventStream>();
  private readonly byEar = new Map<string, Set<EventStream>>();

  add(stream: EventStream): void {
    this.streams.add(stream);
    for (const ear of stream.ears) this.hearersAt(ear).add(stream);
  }

  remove(stream: EventStream): void {
    this.streams.delete(stream);
    this.deafen(stream);
  }

  /** Answers whether the viewer hears anything else than before. */
  retune(stream: EventStream, viewer: Viewer): boolean {
    const ears = new Set(earsOf(viewer));
    if (ears.size === stream.ears.size && [...ears].every((ear) => stream.ears.has(ear))) return false;
    this.deafen(stream);
    stream.ears = ears;
    if (this.streams.has(stream)) this.add(stream);
    return true;
  }

  hearersOf(audience: Audience): ReadonlySet<EventStream> {
    const found = new Set<EventStream>();
    for (const name of audienceNames(audience)) for (const stream of this.byEar.get(name) ?? []) found.add(stream);
    return found;
  }

  private deafen(stream: EventStream): void {
    for (const ear of stream.ears) {
      const hearers = this.byEar.get(ear);
      hearers?.delete(stream);
      if (hearers?.size === 0) this.byEar.delete(ear);
    }
  }

  private hearersAt(ear: string): Set<EventStream> {
    const known = this.byEar.get(ear);
    if (known) return known;
    const hearers = new Set<EventStream>();
    this.byEar.set(ear, hearers);
    return hearers;
  }
}
