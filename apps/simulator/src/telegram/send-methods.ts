import { shown, type FileKind } from '../files.js';
import type { Call } from '../http/call.js';
import { Fields, isRecord } from '../http/fields.js';
import { randomDigits } from '../ids.js';
import type { Bot } from './bot.js';
import { captionOf, checkParseMode, deliver, textOf } from './deliver.js';
import { fileOf, givenFile } from './given-file.js';
import { mediaContent } from './media-content.js';
import { chatPartner, type Phones } from './phones.js';
import { badRequest } from './telegram-error.js';

export type Method = (phones: Phones, bot: Bot, call: Call) => unknown;

const sendMessage: Method = (phones, bot, { fields }) => {
  const text = textOf(fields);
  return deliver(phones, bot, fields, { content: { text }, text });
};

/** `send…` of one file: which field has it, and how it is shown. */
const media =
  (field: string, kind: FileKind): Method =>
  async (phones, bot, call) => {
    chatPartner(phones, bot, call.fields);
    const caption = captionOf(call.fields);
    const file = await givenFile(phones, bot, call, field, kind);
    const content = { ...mediaContent(phones.files, file, call.fields.number('duration')), ...caption };
    return deliver(phones, bot, call.fields, { content, text: caption.caption, files: [shown(file)] });
  };

/** Photos and videos go together; documents and audio only with their own kind. */
const ALBUM_KINDS: Readonly<Record<string, { kind: FileKind; family: string }>> = {
  photo: { kind: 'image', family: 'Photo' },
  video: { kind: 'video', family: 'Photo' },
  document: { kind: 'file', family: 'Document' },
  audio: { kind: 'audio', family: 'Audio' },
};

const sendMediaGroup: Method = async (phones, bot, call) => {
  chatPartner(phones, bot, call.fields);
  const members = albumOf(call.fields);
  const ready = [];
  for (const { item, kind } of members) {
    const { caption } = captionOf(item);
    checkParseMode(item);
    const file = await fileOf(phones, bot, call, { value: item.text('media'), field: 'media', kind });
    ready.push({ file, caption, content: { ...mediaContent(phones.files, file), ...(caption && { caption }) } });
  }
  const album = randomDigits(17);
  const { reply_markup: _, ...rest } = call.fields.values;
  return ready.map(({ file, caption, content }) => {
    const said = { content: { media_group_id: album, ...content }, text: caption, files: [shown(file)], album };
    return deliver(phones, bot, new Fields(rest), said);
  });
};

function albumOf(fields: Fields): { item: Fields; kind: FileKind }[] {
  const list = fields.list('media');
  if (!list) throw badRequest("can't parse media JSON object");
  if (list.length < 2) throw badRequest('too few messages to send as an album');
  if (list.length > 10) throw badRequest('too many messages to send as an album');
  const members = list.map((one) => {
    const item = new Fields(isRecord(one) ? one : {});
    const known = ALBUM_KINDS[item.text('type') ?? ''];
    if (!known) throw badRequest(`can't parse InputMedia: type must be non-empty and known`);
    return { item, ...known };
  });
  const odd = members.find(({ family }) => family !== members[0]?.family);
  if (odd)
    throw badRequest(
      `${members.find(({ family }) => family !== 'Photo')?.family.toLowerCase()} can't be mixed with other media types`,
    );
  return members;
}

export const SEND_METHODS: Readonly<Record<string, Method>> = {
  sendMessage,
  sendPhoto: media('photo', 'image'),
  sendVideo: media('video', 'video'),
  sendAnimation: media('animation', 'animation'),
  sendVideoNote: media('video_note', 'round'),
  sendAudio: media('audio', 'audio'),
  sendVoice: media('voice', 'voice'),
  sendDocument: media('document', 'file'),
  sendSticker: media('sticker', 'sticker'),
  sendMediaGroup,
};
