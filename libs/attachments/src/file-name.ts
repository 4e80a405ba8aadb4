import { cleanText } from '#messenger-kit';

const MIME_TYPE = /^[a-z]+\/[\w.+-]{1,100}$/;
const MAX_LENGTH = 200;
/** Characters that end a line, are invisible, or turn the direction of writing (so that `gpj.exe` reads `exe.jpg`). */
const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
/** What some system takes for something else than a part of a name. */
const SPECIAL = /["*:<>?|]/g;

/** A file's name as any system can hold it, without a path; the end, which says what it is, survives a cut. */
export function fileName(given: string | undefined): string | undefined {
  const last = cleanText(given ?? '')
    .split(/[/\\]/)
    .at(-1);
  const name = last?.replace(HIDDEN, '').replace(SPECIAL, '_').trim().replace(/^\.+/, '') ?? '';
  if (name.length <= MAX_LENGTH) return name || undefined;
  const end = /\.\w{1,10}$/.exec(name)?.[0] ?? '';
  return name.slice(0, MAX_LENGTH - end.length).toWellFormed() + end;
}

/** A claimed mime type, where it looks like one. */
export function claimedType(given: string | undefined): string | undefined {
  const type = given?.split(';')[0]?.trim().toLowerCase();
  return type !== undefined && MIME_TYPE.test(type) ? type : undefined;
}

/** RFC 6266: the name in ASCII for the old, in UTF-8 for everybody else. */
export function contentDisposition(kind: 'inline' | 'attachment', name: string): string {
  const ascii = name.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  const utf8 = encodeURIComponent(name).replace(/['()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16)}`);
  return `${kind}; filename="${ascii}"; filename*=UTF-8''${utf8}`;
}
