import { randomText } from './ids.js';

export const FILE_KINDS = ['image', 'video', 'audio', 'voice', 'animation', 'round', 'sticker', 'file'] as const;
/** How something is shown. `round`: a round video; `animation`: a looping one, or a GIF. */
export type FileKind = (typeof FILE_KINDS)[number];

export interface NewFile {
  readonly kind: FileKind;
  readonly name: string;
  readonly type: string;
  readonly bytes: Buffer;
  /** The size that is told; default the bytes'. */
  readonly size?: number;
}

export interface StoredFile extends NewFile {
  readonly id: string;
  readonly size: number;
  /** The account it is known to: a bot's file ids are its own. */
  readonly account: string;
  /** Where Telegram's file host has it. */
  readonly path: string;
  /** When the address of Meta's media host stops working. */
  expiresAt: number;
}

export type ShownFile = Pick<StoredFile, 'id' | 'kind' | 'name' | 'type' | 'size'>;

export function shown({ id, kind, name, type, size }: StoredFile): ShownFile {
  return { id, kind, name, type, size };
}

const FOLDERS: Readonly<Record<FileKind, string>> = {
  image: 'photos',
  video: 'videos',
  audio: 'music',
  voice: 'voice',
  animation: 'animations',
  round: 'video_notes',
  sticker: 'stickers',
  file: 'documents',
};
const LINK_LIFE_MS = 10 * 24 * 3_600_000;

/** What people and businesses sent along. */
export class Files {
  private readonly files = new Map<string, StoredFile>();
  private count = 0;

  add(account: string, file: NewFile): StoredFile {
    const ending = /\.[A-Za-z0-9]{1,8}$/.exec(file.name)?.[0] ?? (file.kind === 'image' ? '.jpg' : '');
    const stored: StoredFile = {
      ...file,
      id: randomText(32),
      size: file.size ?? file.bytes.length,
      account,
      path: `${FOLDERS[file.kind]}/file_${this.count++}${ending}`,
      expiresAt: Date.now() + LINK_LIFE_MS,
    };
    this.files.set(stored.id, stored);
    return stored;
  }

  /** The account's file with these very bytes; added where there is none. */
  same(account: string, file: NewFile): StoredFile {
    const known = [...this.files.values()].find((one) => one.account === account && one.bytes.equals(file.bytes));
    return known ?? this.add(account, file);
  }

  get(id: string): StoredFile | undefined {
    return this.files.get(id);
  }

  at(account: string, path: string): StoredFile | undefined {
    return [...this.files.values()].find((file) => file.account === account && file.path === path);
  }

  /** Meta's addresses of the account's files stop working. */
  expire(account: string): void {
    for (const file of this.files.values()) if (file.account === account) file.expiresAt = 0;
  }

  clear(): void {
    this.files.clear();
  }
}
