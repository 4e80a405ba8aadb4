/**
 * A column whose values a key ring sealed, in a table with an `id`: `bytes` as they are, `text` in base64url, `fields` as a
 * JSON object of texts, each sealed by itself.
 */
export interface SealedColumn {
  readonly table: string;
  readonly column: string;
  readonly form: 'bytes' | 'text' | 'fields';
  /** The additional data a value was sealed with; `field` is its name within `fields`, otherwise empty. */
  readonly boundTo: (id: string, field: string) => string;
}
