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
  if (text.length <= max) return [text];
  const parts: string[] = [];
  const segments = graphemes.segment(text);
  let start = 0;
  while (text.length - start > max) {
    const cut = cutOf(text, segments, start, max);
    parts.push(text.slice(start, cut).trimEnd());
    start = cut + leadingSpace(text, cut);
  }
  parts.push(text.slice(start));
  const said = parts.filter((part) => part.trim() !== '');
  return said.length > 0 ? said : [text.slice(0, max)];
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
