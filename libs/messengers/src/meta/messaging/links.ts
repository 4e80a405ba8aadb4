import { cleanName, textOf } from '#messenger-kit';

/** An address with http or https, exactly as it was written: a signed one must not change. */
export function webUrl(value: unknown): string | undefined {
  const text = textOf(value)?.trim();
  return text !== undefined && /^https?:\/\//i.test(text) && URL.canParse(text) ? text : undefined;
}

/** A page to open. Meta leads to pages through redirects of its own, `l.php?u=…`, which expire. */
export function pageUrl(value: unknown): string | undefined {
  const url = webUrl(value);
  if (url === undefined) return undefined;
  const { pathname, searchParams } = new URL(url);
  return (pathname === '/l.php' ? webUrl(searchParams.get('u')) : undefined) ?? url;
}

const CONTENT_HOSTS = /(^|\.)(fbcdn\.net|fbsbx\.com|cdninstagram\.com)$/;

/** Whether content itself lies there, and no page: Meta's media hosts, and what carries the expiry of their signatures. */
export function isContentUrl(url: string): boolean {
  const { hostname, searchParams } = new URL(url);
  return CONTENT_HOSTS.test(hostname) || /^[0-9a-f]{8}$/i.test(searchParams.get('oe') ?? '');
}

/** A file's name, which Meta tells nowhere but in the last part of its address. */
export function fileNameIn(url: string): string | undefined {
  const last = new URL(url).pathname.split('/').at(-1) ?? '';
  return cleanName(decoded(last).replace(/[/\\\p{Cc}]/gu, '_'));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
