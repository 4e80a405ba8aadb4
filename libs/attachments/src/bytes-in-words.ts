const UNITS = ['bytes', 'KB', 'MB', 'GB'];

/** A size for people: `25 MB`. */
export function bytesInWords(bytes: number): string {
  let [size, unit] = [bytes, 0];
  while (size >= 1024 && unit < UNITS.length - 1) [size, unit] = [size / 1024, unit + 1];
  return `${Math.round(size * 10) / 10} ${UNITS[unit]}`;
}
