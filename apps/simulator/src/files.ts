import { randomText } from './ids.js';

export interface StoredFile {
  readonly id: string;
  readonly name: string;
  readonly type: string;
  readonly bytes: Buffer;
}

/** What people and businesses sent along. */
export class Files {
  private readonly files = new Map<string, StoredFile>();

  add(file: Omit<StoredFile, 'id'>): StoredFile {
    const stored = { ...file, id: randomText(32) };
    this.files.set(stored.id, stored);
    return stored;
  }

  get(id: string): StoredFile | undefined {
    return this.files.get(id);
  }

  clear(): void {
    this.files.clear();
  }
}
