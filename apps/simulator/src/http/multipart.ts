export interface UploadedFile {
  readonly field: string;
  readonly name: string;
  readonly type: string;
  readonly bytes: Buffer;
}

export interface Multipart {
  readonly values: Record<string, string>;
  readonly files: UploadedFile[];
}

/** Reads a whole multipart/form-data body. Parts it cannot read are left out. */
export function readMultipart(body: Buffer, contentType: string): Multipart {
  const boundary = /boundary="?([^";]+)"?/i.exec(contentType)?.[1];
  const result: Multipart = { values: {}, files: [] };
  if (boundary) for (const part of partsOf(body, Buffer.from(`--${boundary}`))) addPart(result, part);
  return result;
}

function partsOf(body: Buffer, delimiter: Buffer): Buffer[] {
  const parts: Buffer[] = [];
  let start = body.indexOf(delimiter);
  while (start >= 0) {
    const from = start + delimiter.length;
    const next = body.indexOf(delimiter, from);
    if (next < 0) break;
    parts.push(body.subarray(from + 2, next - 2));
    start = next;
  }
  return parts;
}

function addPart(result: Multipart, part: Buffer): void {
  const end = part.indexOf('\r\n\r\n');
  if (end < 0) return;
  const head = part.subarray(0, end).toString('utf8');
  const bytes = part.subarray(end + 4);
  const field = /[;\s]name="([^"]*)"/i.exec(head)?.[1];
  if (field === undefined) return;
  const name = /filename="([^"]*)"/i.exec(head)?.[1];
  if (name === undefined) result.values[field] = bytes.toString('utf8');
  else result.files.push({ field, name, type: /content-type:\s*([^\r\n]+)/i.exec(head)?.[1] ?? '', bytes });
}
