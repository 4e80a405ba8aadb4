/** Makes the transaction begin anew, as a serialization failure of the database does. */
export class TryAgain extends Error {
  readonly code = '40001';
}
