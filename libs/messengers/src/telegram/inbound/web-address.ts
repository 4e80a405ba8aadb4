import { textOf } from '#messenger-kit';

const MAX_LENGTH = 4_096;

/** A page to open: http or https, as it came. */
export function webAddress(value: unknown): string | undefined {
  const text = textOf(value);
  if (text === undefined || text.length > MAX_LENGTH || !URL.canParse(text)) return undefined;
  return /^https?:$/.test(new URL(text).protocol) ? text : undefined;
}

/** A public page of Telegram's; undefined where the account has no user name. */
export function publicPage(username: unknown, ...path: readonly string[]): string | undefined {
  const name = textOf(username);
  return name !== undefined && /^\w{3,40}$/.test(name) ? ['https://t.me', name, ...path].join('/') : undefined;
}
