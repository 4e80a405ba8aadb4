import type { Forgotten } from '#contacts';

/** Whom a step works for. */
export interface ErasedPerson {
  readonly contactIds: readonly string[];
  readonly identityIds: readonly string[];
  /** By which ids the messengers knew the person. */
  readonly known: readonly Pick<Forgotten['identities'][number], 'messenger' | 'scope' | 'externalId'>[];
}

export interface Progress {
  /** How many things were erased just now. */
  readonly erased: number;
  /** Where to go on; undefined when the step is done. */
  readonly next?: string;
}

/**
 * One kind of trace that a person leaves. A room that begins to keep something of people adds a step here, in `ERASURE_STEPS`.
 * `run` does a bounded piece of work, commits it and says where to go on; it may be repeated from any place where it was.
 */
export abstract class ErasureStep {
  abstract readonly name: string;
  abstract run(person: ErasedPerson, place: string | null): Promise<Progress>;
}
