const escaped = (text: string) =>
  text.replace(/[\u007f-\uffff]/g, (unit) => '\\u' + unit.charCodeAt(0).toString(16).padStart(4, '0'));

/** JSON as Meta writes it: one line, non-ASCII as `\uXXXX` in lower case, `/` as `\/`. */
export function metaBytes(value: unknown): Buffer {
  return Buffer.from(escaped(JSON.stringify(value)).replaceAll('/', '\\/'), 'latin1');
}

/** JSON as the Bot API server writes an update: a newline after the update id, non-ASCII as `\uXXXX`. */
export function telegramBytes(updateId: number, content: Readonly<Record<string, unknown>>): Buffer {
  const rest = escaped(JSON.stringify(content)).slice(1);
  return Buffer.from(`{"update_id":${updateId}${rest === '}' ? '' : ',\n'}${rest}`, 'latin1');
}
