import type { MessageContent, OutgoingFile, OutgoingMessage } from '#messenger-kit';
import type { BotFile } from '../bot-api.js';
import { isBlank } from './expand.js';
import { keyboardOf } from './keyboard.js';
import { wayOf, type Way } from './way.js';

/** One call that sends one part. */
export interface Order {
  readonly method: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly files: readonly BotFile[];
}

/** A file in memory, with how it goes. */
export interface LoadedFile {
  readonly way: Way;
  readonly file: OutgoingFile;
  readonly bytes: Buffer;
}

const METHODS: Readonly<Record<Way, string>> = {
  photo: 'sendPhoto',
  video: 'sendVideo',
  animation: 'sendAnimation',
  audio: 'sendAudio',
  voice: 'sendVoice',
  document: 'sendDocument',
};

export async function loadFiles({ content, files }: OutgoingMessage): Promise<LoadedFile[]> {
  const { attachments = [] } = content;
  return Promise.all(
    files.map(async (file, index) => {
      const { type, mimeType, size } = file;
      const form = attachments[index]?.form;
      const way = wayOf({ type, mimeType, size, ...(form && { form }) }) ?? 'document';
      return { way, file, bytes: await file.read() };
    }),
  );
}

/** Without a parse mode: what an agent writes is literal. */
export function orderOf(content: MessageContent, loaded: readonly LoadedFile[], chat: string): Order {
  const [file, ...more] = loaded;
  const common = { chat_id: numberIfSafe(chat), ...replyTo(chat, content.replyTo) };
  if (!file) {
    const parameters = { ...common, text: content.text ?? '', ...keyboardOf(content.choices) };
    return { method: 'sendMessage', parameters, files: [] };
  }
  if (more.length > 0) return albumOf(content, loaded, common);
  const parameters = {
    ...common,
    ...captionOf(content),
    ...(file.way === 'video' && { supports_streaming: true }),
    ...keyboardOf(content.choices),
  };
  return { method: METHODS[file.way], parameters, files: [fieldOf(file.way, file)] };
}

function albumOf(content: MessageContent, loaded: readonly LoadedFile[], common: object): Order {
  const media = loaded.map(({ way }, index) => ({
    type: way,
    media: `attach://file${index}`,
    ...(index === 0 && captionOf(content)),
  }));
  const files = loaded.map((file, index) => fieldOf(`file${index}`, file));
  return { method: 'sendMediaGroup', parameters: { ...common, media }, files };
}

function captionOf({ text }: MessageContent): { caption?: string } {
  return text === undefined || isBlank(text) ? {} : { caption: text };
}

function fieldOf(name: string, { file, bytes }: LoadedFile): BotFile {
  return { name, content: bytes, fileName: file.name, mimeType: file.mimeType };
}

function replyTo(chat: string, externalId: string | undefined): object {
  const answered = externalId === undefined ? undefined : addressOf(externalId);
  if (answered?.chat !== chat) return {};
  return { reply_parameters: { message_id: answered.message, allow_sending_without_reply: true } };
}

/** Where a message lies, by its `externalId`; a pressed button is no message there. */
export function addressOf(externalId: string): { readonly chat: string; readonly message: number } | undefined {
  const [, chat, message] = /^(-?\d+):([1-9]\d{0,9})$/.exec(externalId) ?? [];
  return chat === undefined ? undefined : { chat, message: Number(message) };
}

export function numberIfSafe(id: string): number | string {
  return /^-?\d+$/.test(id) && Number.isSafeInteger(Number(id)) ? Number(id) : id;
}
