const MAY_HOLD_BIG_INTEGER = /[[:,\s]-?\d{16}/;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const BYTE_ORDER_MARK = 0xfeff;

/**
 * Parses JSON from outside. Integers beyond 2^53 arrive as strings with all their digits, because messengers write ids
 * as numbers. Invalid UTF-8 becomes U+FFFD. Undefined when it is not JSON; never throws.
 */
export function parseJson(body: Buffer | string): unknown {
  const text = typeof body === 'string' ? body : withoutMark(body.toString('utf8'));
  try {
    const parsed: unknown = JSON.parse(text);
    return MAY_HOLD_BIG_INTEGER.test(text) ? JSON.parse(quoteBigIntegers(text)) : parsed;
  } catch {
    return undefined;
  }
}

function withoutMark(text: string): string {
  return text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text;
}

/** Puts integers of 16 and more digits outside of strings into quotes. `text` is valid JSON. */
function quoteBigIntegers(text: string): string {
  const number = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
  let out = '';
  let copied = 0;
  let at = 0;
  while (at < text.length) {
    const char = text.charCodeAt(at);
    if (char === QUOTE) {
      at = afterString(text, at);
    } else if (char === 0x2d || (char >= 0x30 && char <= 0x39)) {
      number.lastIndex = at;
      const literal = number.exec(text)?.[0] ?? text.charAt(at);
      if (/^-?\d{16,}$/.test(literal) && !Number.isSafeInteger(Number(literal))) {
        out += `${text.slice(copied, at)}"${literal}"`;
        copied = at + literal.length;
      }
      at += literal.length;
    } else {
      at++;
    }
  }
  return out + text.slice(copied);
}

function afterString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text.charCodeAt(at) !== QUOTE) at += text.charCodeAt(at) === BACKSLASH ? 2 : 1;
  return at + 1;
}
