type Cell = string | number | boolean | null;

/** What spreadsheets take for a formula, and what they skip before one. */
const FORMULA = /^[=+\-@\t\r\n]/;
const ROWS_AT_ONCE = 500;
const BYTE_ORDER_MARK = '\ufeff';

/**
 * Rows as CSV (RFC 4180), in pieces: names of columns first, lines end with CR LF. Texts that a spreadsheet would carry out
 * begin with an apostrophe.
 */
export function* csvOf<Row extends object>(
  columns: readonly (keyof Row & string)[],
  rows: readonly Row[],
  { bom = false } = {},
): Generator<string> {
  yield (bom ? BYTE_ORDER_MARK : '') + lineOf(columns);
  for (let done = 0; done < rows.length; done += ROWS_AT_ONCE) {
    const some = rows.slice(done, done + ROWS_AT_ONCE);
    yield some.map((row) => lineOf(columns.map((column) => row[column] as Cell))).join('');
  }
}

function lineOf(cells: readonly Cell[]): string {
  return `${cells.map(cellOf).join()}\r\n`;
}

function cellOf(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell !== 'string') return String(cell);
  const harmless = FORMULA.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
