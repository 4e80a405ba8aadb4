import type { Refused } from './registration.js';

export interface DialogRequest {
  /** Where the network shall send the browser back to; it compares it literally. */
  readonly redirectUri: string;
  /** Comes back unchanged. */
  readonly state: string;
  /** Asks again for what the person declined before. */
  readonly again?: boolean;
}

export type GrantVerdict =
  /** To be kept encrypted until the accounts are chosen: whatever `accounts` needs. */
  { readonly kind: 'granted'; readonly grant: Readonly<Record<string, string>> } | Refused;

/** Why something is not as it should be, and what to do, in a sentence a person understands. */
export interface Remark {
  /** A stable snake_case word. */
  readonly code: string;
  readonly sentence: string;
}

/** One account of whoever signed in. */
export interface OfferedAccount {
  readonly source: string;
  readonly name: string;
  /** Why it cannot be connected; absent when it can. */
  readonly obstacle?: Remark;
  /** What `MessengerRegistrationWorker.connect` takes; empty where there is an obstacle. */
  readonly credentials: Readonly<Record<string, string>>;
}

export type OfferVerdict =
  | {
      readonly kind: 'offered';
      readonly accounts: readonly OfferedAccount[];
      /** About the sign-in as a whole: what was declined, why the list is empty. */
      readonly remarks: readonly Remark[];
    }
  | Refused;

/**
 * Lets an admin sign in at the network and choose accounts there, instead of bringing credentials. Calls reject only when
 * the network cannot be reached.
 */
export interface AccountSignIn {
  /** The network's dialog, to be opened in the admin's browser. Its host is the configuration's. */
  dialogUrl(request: DialogRequest): string;
  /** `returned`: the query the network sent the browser back with. `redirectUri` as in `dialogUrl`. */
  grant(returned: URLSearchParams, redirectUri: string): Promise<GrantVerdict>;
  /** All accounts of the person, those that cannot be connected too. */
  accounts(grant: Readonly<Record<string, string>>): Promise<OfferVerdict>;
}
