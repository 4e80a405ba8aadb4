import { textOf } from '#messenger-kit';

/** An address with http or https, exactly as it was written: a signed one must not change. */
export function webUrl(value: unknown): string | undefined {
  const text = textOf(value)?.trim();
  return text !== undefined && /^https?:\/\//i.test(text) && URL.canParse(text) ? text : undefined;
}
