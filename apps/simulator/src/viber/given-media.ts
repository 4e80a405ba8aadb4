import { download, type Downloaded } from '../download.js';
import type { Files, FileKind, StoredFile } from '../files.js';
import type { Fields } from '../http/fields.js';
import type { ViberBot } from './viber-bot.js';
import { badData, invalidUrl, missingData } from './viber-error.js';

const MB = 1024 * 1024;
const MAX_ADDRESS = 2_000;

interface Rule {
  readonly kind: FileKind;
  readonly maxBytes: number;
  readonly type?: RegExp;
  /** How the address's path has to end. */
  readonly ending?: RegExp;
}

const RULES: Readonly<Record<string, Rule>> = {
  picture: { kind: 'image', maxBytes: MB, type: /^image\/(jpeg|png|gif)$/, ending: /\.(jpe?g|png|gif)$/i },
  video: { kind: 'video', maxBytes: 26 * MB, type: /^video\/mp4$/, ending: /\.mp4$/i },
  file: { kind: 'file', maxBytes: 50 * MB },
};

/** The file a message names by its address, fetched as phones would. Refuses what Viber refuses. */
export async function givenMedia(files: Files, bot: ViberBot, type: string, fields: Fields): Promise<StoredFile> {
  const rule = RULES[type];
  const media = fields.text('media');
  if (!rule) throw badData(`type ${type}`);
  if (!media) throw missingData('media');
  const size = checkedSize(type, fields);
  const name = type === 'file' ? checkedName(fields) : undefined;
  const found = await fetched(media, rule);
  if (size !== undefined && size !== found.bytes.length) throw badData('size is not that of the media');
  if (found.bytes.length > rule.maxBytes) throw badData('media is too large');
  return files.add(bot.id, { ...found, ...(name !== undefined && { name }), kind: rule.kind });
}

async function fetched(media: string, { type, ending }: Rule): Promise<Downloaded> {
  if (media.length > MAX_ADDRESS || !URL.canParse(media)) throw invalidUrl('media');
  if (ending && !ending.test(new URL(media).pathname)) throw invalidUrl('media must end with a known extension');
  const found = await download(media);
  if (!found || found.bytes.length === 0) throw invalidUrl('media could not be fetched');
  if (type && !type.test(found.type)) throw badData(`media is ${found.type}`);
  return found;
}

function checkedSize(type: string, fields: Fields): number | undefined {
  if (type === 'picture') return undefined;
  const size = fields.number('size');
  if (size === undefined) throw missingData('size');
  const duration = fields.number('duration');
  if (duration !== undefined && !(Number.isInteger(duration) && duration > 0 && duration <= 600)) {
    throw badData('duration must be between 1 and 600');
  }
  return size;
}

function checkedName(fields: Fields): string {
  const name = fields.text('file_name');
  if (!name) throw missingData('file_name');
  if (name.length > 256 || !/\.\w+$/.test(name))
    throw badData('file_name must have an extension and up to 256 characters');
  return name;
}
