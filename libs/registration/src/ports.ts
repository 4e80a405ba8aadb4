import type { Database, Tx } from '#database';
import type { AccountPicture } from '#messenger-kit';

/** What goes through a channel. */
export interface ChannelTraffic {
  /** Sums since the channel was registered. */
  readonly ledger: {
    readonly received: number;
    readonly stored: number;
    readonly duplicate: number;
    readonly ignored: number;
    readonly refused: number;
    readonly quarantined: number;
  };
  /** Answers not delivered yet, and since when the oldest of them waits. */
  readonly waiting: number;
  readonly waitingSince: Date | null;
  /** The latest answer, and what became of it; `failure` is a sentence for people. */
  readonly lastSend: { readonly at: Date; readonly status: string; readonly failure: string | null } | null;
}

/** How channels are used, which only the rooms above know. They provide this port. */
export abstract class ChannelUse {
  /** How many chats of the channel are not closed. */
  abstract openChats(tx: Tx, channelId: string): Promise<number>;
  abstract traffic(channelId: string): Promise<ChannelTraffic>;
  /** Has read back, after the transaction, what the messenger kept since then; nothing where it keeps nothing. */
  abstract catchUp(tx: Tx, channelId: string, since: Date): Promise<void>;
}

/** Keeps the pictures of accounts, which only the room above can that keeps files. It provides this port. */
export abstract class ChannelPictures {
  /** Has the picture fetched after the transaction; the id it has from now on. */
  abstract expect(
    tx: Tx,
    channel: { readonly id: string; readonly messenger: string },
    picture: AccountPicture,
  ): Promise<string>;
  /** Nobody gets it from the commit on. */
  abstract discard(tx: Tx, pictureId: string): Promise<void>;
  /** By id, the paths on this server that show those that have been fetched, good for some minutes. */
  abstract paths(source: Tx | Database, pictureIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
}
