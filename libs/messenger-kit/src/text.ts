/** Text as the database and every client can hold it: without NUL, lone surrogates replaced by U+FFFD. */
export function cleanText(text: string): string {
  return (text.includes('\0') ? text.replaceAll('\0', '') : text).toWellFormed();
}

const NAME_LENGTH = 200;

/** A name on one line, at most 200 UTF-16 units; undefined when nothing is left of it. */
export function cleanName(...parts: readonly (string | undefined)[]): string | undefined {
  const name = parts.filter((part) => part !== undefined).join(' ');
  return cleanText(name.replace(/\s+/g, ' ').trim().slice(0, NAME_LENGTH)) || undefined;
}

const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' });

/**
 * Splits a text into parts of at most `max` UTF-16 units: at a line end or a space where there is one in the second half
 * of a part, else between graphemes, never inside a surrogate pair. White space at a cut is dropped.
 */
export function splitText(text: string, max: number): string[] {
  return split(text, () => max);
}

/** The same with parts of at most `maxBytes` bytes of UTF-8. */
export function splitTextByBytes(text: string, maxBytes: number): string[] {
  return split(text, (start) => unitsWithin(text, start, maxBytes));
}

/** `maxFrom`: how many UTF-16 units a part that starts there may have. */
function split(text: string, maxFrom: (start: number) => number): string[] {
  const parts: string[] = [];
  const segments = graphemes.segment(text);
  let start = 0;
  for (let max = maxFrom(start); text.length - start > max; max = maxFrom(start)) {
    const cut = cutOf(text, segments, start, max);
    parts.push(text.slice(start, cut).trimEnd());
    start = cut + leadingSpace(text, cut);
  }
  if (start === 0) return [text];
  parts.push(text.slice(start));
  const said = parts.filter((part) => part.trim() !== '');
  return said.length > 0 ? said : [text.slice(0, maxFrom(0))];
}

function unitsWithin(text: string, start: number, maxBytes: number): number {
  let units = 0;
  for (let bytes = 0; start + units < text.length;) {
    const point = text.codePointAt(start + units) ?? 0;
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    if (bytes > maxBytes && units > 0) break;
    units += point < 0x10000 ? 1 : 2;
  }
  return units;
}

function cutOf(text: string, segments: Intl.Segments, start: number, max: number): number {
  const half = start + Math.ceil(max / 2);
  const window = text.slice(half, start + max);
  for (const separator of ['\n', ' ']) {
    const found = half + window.lastIndexOf(separator) + 1;
    if (found > half && segments.containing(found)?.index === found) return found;
  }
  const whole = segments.containing(start + max)?.index ?? start;
  if (whole > start) return whole;
  // One grapheme longer than a part: between code points then.
  const end = start + max;
  return /[\udc00-\udfff]/.test(text.charAt(end)) && /[\ud800-\udbff]/.test(text.charAt(end - 1)) ? end - 1 : end;
}

function leadingSpace(text: string, from: number): number {
  let length = 0;
  while (/\s/.test(text.charAt(from + length))) length++;
  return length;
}
