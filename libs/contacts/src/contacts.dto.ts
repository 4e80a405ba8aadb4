/** A contact as one messenger knows it. */
export class IdentityView {
  /** @example 01939a3e-7c1e-7b6a-9a53-0242ac120002 */
  id: string;

  /** @example telegram */
  messenger: string;

  /**
   * The account the id is valid for, where the messenger's ids are per account; empty where they are global.
   * @example ''
   */
  scope: string;

  /**
   * The messenger's own id of the person.
   * @example '7113526489'
   */
  externalId: string;

  /**
   * What the messenger calls the person.
   * @example Anna Schmidt
   */
  name: string | null;
}

/** Someone outside who writes to us. */
export class ContactView {
  /** @example 01939a3e-7c1e-7b6a-9a53-0242ac120003 */
  id: string;

  /**
   * Null until a messenger or an agent told it.
   * @example Anna Schmidt
   */
  name: string | null;

  /** Whom the messengers know the contact as. */
  identities: IdentityView[];

  /** @example 2026-11-22T10:00:00.000Z */
  createdAt: string;

  /** @example 2026-11-22T10:00:00.000Z */
  updatedAt: string;
}
