import { download } from '../download.js';
import type { Files, FileKind, NewFile, StoredFile } from '../files.js';
import type { Call } from '../http/call.js';
import { Fields, isRecord } from '../http/fields.js';
import { randomDigits } from '../ids.js';
import { invalidParameter } from './graph-error.js';
import type { MetaPage } from './meta-page.js';

const MB = 1024 * 1024;
const MAX_FILE = 25 * MB;
const MAX_IMAGE_BY_URL = 8 * MB;
const KINDS: Readonly<Record<string, FileKind>> = { image: 'image', video: 'video', audio: 'audio', file: 'file' };

export interface OutgoingMedia {
  readonly files: readonly StoredFile[];
  /** Given where it may be used again. */
  readonly attachmentId?: string;
}

/** The files of a message: uploaded with it, kept from an earlier upload, or behind an address. Refuses what Meta refuses. */
export async function mediaOf(files: Files, page: MetaPage, message: Fields, call: Call): Promise<OutgoingMedia> {
  const several = message.list('attachments');
  if (several) return { files: await imagesOf(files, page, several) };
  const attachment = message.object('attachment');
  if (!attachment || attachment.text('type') === 'template') return { files: [] };
  const file = await fileOf(files, page, attachment, call);
  const payload = attachment.object('payload');
  if (!payload?.flag('is_reusable')) return { files: [file] };
  const attachmentId = randomDigits(16);
  page.reusable.set(attachmentId, file);
  return { files: [file], attachmentId };
}

async function imagesOf(files: Files, page: MetaPage, several: readonly unknown[]): Promise<StoredFile[]> {
  const attachments = several.map((one) => new Fields(isRecord(one) ? one : {}));
  if (attachments.length === 0) throw invalidParameter('Param message[attachments] must not be empty');
  if (attachments.some((one) => one.text('type') !== 'image')) {
    throw invalidParameter('Only images can be sent several at once in message[attachments]');
  }
  const found: StoredFile[] = [];
  for (const attachment of attachments) found.push(await fileOf(files, page, attachment, undefined));
  return found;
}

async function fileOf(files: Files, page: MetaPage, attachment: Fields, call: Call | undefined): Promise<StoredFile> {
  const kind = KINDS[attachment.text('type') ?? ''];
  if (!kind)
    throw invalidParameter('Param message[attachment][type] must be one of {AUDIO, FILE, IMAGE, TEMPLATE, VIDEO}');
  const payload = attachment.object('payload');
  const id = payload?.text('attachment_id');
  if (id !== undefined) {
    const kept = page.reusable.get(id);
    if (!kept || kept.kind !== kind) throw invalidParameter('Invalid attachment ID', 2018008);
    return kept;
  }
  const url = payload?.text('url');
  const upload = call?.files.find(({ field }) => field === 'filedata');
  if (url !== undefined)
    return files.add(
      page.id,
      checked({ ...(await fetched(url)), kind }, kind === 'image' ? MAX_IMAGE_BY_URL : MAX_FILE),
    );
  if (upload) return files.add(page.id, checked({ ...upload, kind }, MAX_FILE));
  throw invalidParameter('No file was given: upload it as filedata, or give a url or an attachment_id', 2018008);
}

async function fetched(url: string) {
  const found = await download(url);
  if (found) return found;
  throw invalidParameter('Failed to fetch the file from the url', 2018007);
}

function checked(file: NewFile, limit: number): NewFile {
  if (file.bytes.length > limit) throw invalidParameter('Attachment size exceeds allowable limit', 2018109);
  const right = file.kind === 'file' || file.type.startsWith(`${file.kind}/`);
  if (file.bytes.length === 0 || !right) {
    throw invalidParameter('Upload attachment failure: the file is empty or not of the type it is sent as', 2018047);
  }
  return file;
}
