import type { Api } from './api.js';
import type { FileView } from './views.js';

export interface GivenFile {
  readonly name: string;
  readonly type: string;
  readonly bytes: Buffer;
}

/** Uploads a file as a browser does. */
export async function upload(api: Api, { name, type, bytes }: GivenFile) {
  const form = new FormData();
  form.set('file', new Blob([new Uint8Array(bytes)], { type }), name);
  const response = await fetch(`${api.url}/v1/attachments`, { method: 'POST', headers: api.authorization, body: form });
  return { status: response.status, body: (await response.json()) as FileView & { code: string } };
}
