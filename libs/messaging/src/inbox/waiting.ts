import type { Parcel } from './parcel.js';

/** The event was not taken and must be delivered again: the house is full, or its database cannot be reached. */
export class InboxUnavailable extends Error {}

/** An event that waits to be committed, with who is to hear what became of it. */
export interface Waiting {
  readonly parcel: Parcel;
  readonly since: number;
  readonly done: () => void;
  readonly failed: (error: Error) => void;
}
