import { Injectable } from '@nestjs/common';
import { type Database, newId, type Tx } from '#database';
import type { AccountPicture } from '#messenger-kit';
import { ChannelPictures } from '#registration';
import { Attachments } from './attachments.js';

/** The pictures of our own accounts: fetched, kept and shown as what people send, but in no chat. */
@Injectable()
export class AccountPictures extends ChannelPictures {
  constructor(private readonly attachments: Attachments) {
    super();
  }

  async expect(
    tx: Tx,
    { id: channelId, messenger }: { readonly id: string; readonly messenger: string },
    { reference }: AccountPicture,
  ): Promise<string> {
    const id = newId();
    const attachment = { type: 'image' as const, reference };
    await this.attachments.expect(tx, [{ id, messenger, channelId, chatId: null, messageId: null, attachment }]);
    return id;
  }

  discard(tx: Tx, pictureId: string): Promise<void> {
    return this.attachments.discard(tx, [pictureId]);
  }

  async paths(source: Tx | Database, pictureIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const files = [...(await this.attachments.views(source, pictureIds)).values()];
    return new Map(files.flatMap(({ id, url }) => (url === null ? [] : [[id, url] as const])));
  }
}
