const NEEDS_ESCAPE = /["\\]/;
const ESCAPED = /["\\]/g;

/**
 * A PostgreSQL array literal of texts, numbers and nulls; undefined when there is anything else in it (then the driver
 * writes it). The driver's own way costs several times as much, and batches are made of arrays.
 */
export function arrayLiteral(items: readonly unknown[]): string | undefined {
  let literal = '{';
  for (let index = 0; index < items.length; index++) {
    const item = items[index];
    if (index > 0) literal += ',';
    if (typeof item === 'string')
      literal += NEEDS_ESCAPE.test(item) ? `"${item.replace(ESCAPED, '\\$&')}"` : `"${item}"`;
    else if (item === null || item === undefined) literal += 'NULL';
    else if (typeof item === 'number') literal += String(item);
    else return undefined;
  }
  return `${literal}}`;
}

/** Values as the driver takes them cheapest. */
export function preparedValues(values: readonly unknown[]): unknown[] {
  return values.map((value) => (Array.isArray(value) ? (arrayLiteral(value) ?? value) : value));
}
