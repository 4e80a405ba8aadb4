import type { Tx } from '#database';
import type { Audience } from '#events';
import type { Profile, Recipient } from '#messenger-kit';

/** Where profiles come from: the channel's messenger, which only the rooms above can reach. They provide this port. */
export abstract class ProfileSource {
  /**
   * In the order given. Undefined for whom the messenger does not tell; rejected where it could not be asked: then it is
   * tried again later.
   */
  abstract read(channelId: string, people: readonly Recipient[]): Promise<PromiseSettledResult<Profile | undefined>[]>;
}

/** Who may see a contact follows from its chats, which only the rooms above know. They provide this port. */
export abstract class ContactVisibility {
  /** Whether the agent holds or held a chat of the contact, or may accept one that waits. */
  abstract maySee(userId: string, contactId: string, tx?: Tx): Promise<boolean>;
  /** The same for a person who may be a guest. */
  abstract maySeeIdentity(userId: string, identityId: string, tx?: Tx): Promise<boolean>;
  /** The contacts the agent may see; of very many the newest. */
  abstract seenBy(userId: string): Promise<readonly string[]>;
  /** Who of the agents shall hear of each contact's changes, in the order given; supervisors and admins always do. */
  abstract audiencesOf(tx: Tx, contactIds: readonly string[]): Promise<Pick<Audience, 'agents' | 'queues'>[]>;
  /** The same for a person who may be a guest. */
  abstract audienceOfIdentity(tx: Tx, identityId: string): Promise<Pick<Audience, 'agents' | 'queues'>>;
}
