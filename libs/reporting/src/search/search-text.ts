import { Injectable } from '@nestjs/common';
import type { Tx } from '#database';
import { SearchIndexRepository } from './search-index.repository.js';

/** What messages are found by is a copy of what they say: whoever removes the one removes the other. */
@Injectable()
export class SearchText {
  constructor(private readonly index: SearchIndexRepository) {}

  /**
   * Nothing of these chats is found any more, from the commit of `tx` on; answers how many messages were. To be called in
   * the transaction that removes the texts, or after it: until `tx` ends nobody copies them again, and who comes later finds
   * them gone. Waits for a batch being copied.
   */
  async forget(tx: Tx, chatIds: readonly string[]): Promise<number> {
    await this.index.write(tx);
    return this.index.removeChats(tx, chatIds);
  }
}
