import { download } from '../download.js';
import type { FileKind, NewFile, StoredFile } from '../files.js';
import type { Call } from '../http/call.js';
import type { Bot } from './bot.js';
import { imageSize } from './image-size.js';
import type { Phones } from './phones.js';
import { badRequest, TelegramError } from './telegram-error.js';

const MB = 1024 * 1024;
const MAX_UPLOAD = 50 * MB;
const MAX_PHOTO = 10 * MB;
const MAX_FETCHED: Readonly<Partial<Record<FileKind, number>>> = { image: 5 * MB, voice: MB };
const MAX_FETCHED_OTHER = 20 * MB;
/** What `sendDocument` takes from an address. */
const FETCHED_DOCUMENTS = new Set(['application/pdf', 'application/zip', 'image/gif']);
/** What plays as a voice message; anything else becomes ordinary audio or a document. */
const VOICES = new Set(['audio/ogg', 'audio/mpeg', 'audio/mp3', 'audio/mp4', 'audio/m4a', 'audio/x-m4a']);

/** The file a call gives in `field`: an uploaded part, a file id of this bot, or an address. Refuses what Telegram refuses. */
export function givenFile(phones: Phones, bot: Bot, call: Call, field: string, kind: FileKind): Promise<StoredFile> {
  return fileOf(phones, bot, call, { value: call.fields.text(field), field, kind });
}

export interface Given {
  /** What the field says: `attach://part`, a file id, an address; absent where the part has the field's own name. */
  readonly value: string | undefined;
  readonly field: string;
  readonly kind: FileKind;
}

export async function fileOf(phones: Phones, bot: Bot, call: Call, given: Given): Promise<StoredFile> {
  const { value, field, kind } = given;
  const part = value?.startsWith('attach://') ? value.slice('attach://'.length) : field;
  const upload = call.files.find((file) => file.field === part);
  if (upload) return phones.files.add(bot.id, checked({ ...upload, kind: shownAs(kind, upload.type) }, MAX_UPLOAD));
  if (!value) throw badRequest(`there is no ${field} in the request`);
  if (/^https?:\/\//i.test(value)) return phones.files.add(bot.id, await fetched(value, kind));
  const known = phones.files.get(value);
  if (!known || known.account !== bot.id) {
    throw badRequest('wrong remote file identifier specified: Wrong file identifier/HTTP URL specified');
  }
  if ((known.kind === 'image') !== (kind === 'image')) {
    throw badRequest(`can't use file of type ${nameOf(known.kind)} as ${nameOf(kind)}`);
  }
  return known;
}

async function fetched(address: string, kind: FileKind): Promise<NewFile> {
  const found = await download(address);
  if (!found) throw badRequest('failed to get HTTP URL content');
  const wrong =
    kind === 'image' ? !found.type.startsWith('image/') : kind === 'file' && !FETCHED_DOCUMENTS.has(found.type);
  if (wrong) throw badRequest('wrong type of the web page content');
  return checked({ ...found, kind: shownAs(kind, found.type) }, MAX_FETCHED[kind] ?? MAX_FETCHED_OTHER);
}

function checked(file: NewFile, limit: number): NewFile {
  if (file.bytes.length === 0) throw badRequest('file must be non-empty');
  if (file.bytes.length > limit) {
    throw limit === MAX_UPLOAD ? new TelegramError(413, 'Request Entity Too Large') : badRequest('file is too big');
  }
  if (file.kind === 'image') checkPhoto(file.bytes);
  return file;
}

function checkPhoto(bytes: Buffer): void {
  if (bytes.length > MAX_PHOTO) throw badRequest('file is too big');
  const size = imageSize(bytes);
  if (!size) throw badRequest('IMAGE_PROCESS_FAILED');
  const { width, height } = size;
  const ratio = Math.max(width, height) / Math.max(Math.min(width, height), 1);
  if (width + height > 10_000 || ratio > 20) throw badRequest('PHOTO_INVALID_DIMENSIONS');
}

function shownAs(wanted: FileKind, type: string): FileKind {
  if (wanted === 'voice' && !VOICES.has(type)) return type.startsWith('audio/') ? 'audio' : 'file';
  if (wanted === 'audio' && !type.startsWith('audio/')) return 'file';
  if (wanted === 'video' && !type.startsWith('video/')) return 'file';
  if (wanted === 'animation' && type !== 'image/gif' && !type.startsWith('video/')) return 'file';
  return wanted;
}

const nameOf = (kind: FileKind) =>
  kind === 'image' ? 'Photo' : kind === 'file' ? 'Document' : kind.replace(/^./, (first) => first.toUpperCase());
