import { randomBytes } from 'node:crypto';

/** One field of a form. A file carries its content whole. */
export type FormPart =
  | { readonly name: string; readonly value: string }
  | { readonly name: string; readonly content: Buffer; readonly fileName: string; readonly mimeType: string };

const MIME_TYPE = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(; ?[\w-]+=[\w.+-]+)*$/;

/**
 * multipart/form-data as browsers write it: names in UTF-8, quotes and line breaks of names escaped, so that no name can
 * add a header. https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#multipart-form-data
 */
export function encodeForm(parts: readonly FormPart[]): { contentType: string; body: Buffer } {
  const boundary = `form-${randomBytes(24).toString('base64url')}`;
  const pieces: Buffer[] = [];
  for (const part of parts) {
    const head = `--${boundary}\r\ncontent-disposition: form-data; name="${escaped(part.name)}"`;
    if ('content' in part) {
      const type = MIME_TYPE.test(part.mimeType) ? part.mimeType : 'application/octet-stream';
      const fileHead = `${head}; filename="${escaped(part.fileName)}"\r\ncontent-type: ${type}\r\n\r\n`;
      pieces.push(Buffer.from(fileHead), part.content, Buffer.from('\r\n'));
    } else {
      pieces.push(Buffer.from(`${head}\r\n\r\n${part.value}\r\n`));
    }
  }
  pieces.push(Buffer.from(`--${boundary}--\r\n`));
  return { contentType: `multipart/form-data; boundary=${boundary}`, body: Buffer.concat(pieces) };
}

function escaped(name: string): string {
  return name.replaceAll('\0', '').replaceAll('"', '%22').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}
