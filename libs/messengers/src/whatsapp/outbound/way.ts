import type { Attachment } from '#messenger-kit';

/** As what a file goes. */
export type Way = 'image' | 'video' | 'audio' | 'document';

interface Rule {
  readonly way: Way;
  readonly mimeTypes: readonly string[];
  readonly maxBytes: number;
}

const MB = 1024 * 1024;

/** https://developers.facebook.com/docs/whatsapp/cloud-api/reference/media#supported-media-types */
const RULES: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ['image', { way: 'image', mimeTypes: ['image/jpeg', 'image/png'], maxBytes: 5 * MB }],
  ['video', { way: 'video', mimeTypes: ['video/mp4', 'video/3gpp'], maxBytes: 16 * MB }],
  [
    'audio',
    {
      way: 'audio',
      mimeTypes: ['audio/aac', 'audio/amr', 'audio/mpeg', 'audio/mp4', 'audio/ogg'],
      maxBytes: 16 * MB,
    },
  ],
]);

/** Undefined: not at all. What WhatsApp would not show as what it is goes as a document, which takes anything. */
export function wayOf({
  type,
  mimeType = '',
  size = 0,
}: Pick<Attachment, 'type' | 'mimeType' | 'size'>): Way | undefined {
  if (type === 'file') return 'document';
  const rule = RULES.get(type);
  if (!rule) return undefined;
  const kind = mimeType.split(';')[0]?.trim().toLowerCase() ?? '';
  return rule.mimeTypes.includes(kind) && size <= rule.maxBytes ? rule.way : 'document';
}
