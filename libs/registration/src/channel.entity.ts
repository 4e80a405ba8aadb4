import { Column, CreateDateColumn, Entity, PrimaryColumn, UpdateDateColumn } from 'typeorm';
import type { Delivery } from '#messenger-kit';

/** `connecting`: not finished yet; nobody has heard of the channel, but its events are already taken. */
export type ChannelHealth = 'connecting' | 'ok' | 'restricted' | 'conflict' | 'needs_reauthorization';

/** One account of ours on a messenger. */
@Entity('channels')
export class Channel {
  @PrimaryColumn('uuid')
  id: string;

  @Column('text')
  messenger: string;

  /** The messenger's own id for the account. */
  @Column('text')
  source: string;

  @Column('text')
  name: string;

  @Column('uuid', { name: 'queue_id' })
  queueId: string;

  @Column('text')
  language: string;

  @Column('boolean')
  active: boolean;

  @Column('text')
  health: ChannelHealth;

  /** A sentence for people; null when there is nothing to say. */
  @Column('text', { name: 'health_detail', nullable: true })
  healthDetail: string | null;

  /** Whether the messenger calls us, or we ask it. */
  @Column('text')
  delivery: Delivery;

  /** Whether those who write for the first time stay guests until somebody links them to a contact. */
  @Column('boolean', { name: 'keeps_guests' })
  keepsGuests: boolean;

  /** The unguessable end of the webhook URL; null where one URL serves all channels of the messenger. */
  @Column('text', { name: 'webhook_key', nullable: true })
  webhookKey: string | null;

  /** Field name → sealed value, see `ChannelSecrets`. */
  @Column('jsonb')
  secrets: Readonly<Record<string, string>>;

  /** When the present webhook secret took over; null when it is the first. */
  @Column('timestamptz', { name: 'rotated_at', nullable: true })
  rotatedAt: Date | null;

  /** Until when the webhook secret before proves calls as well. */
  @Column('timestamptz', { name: 'replaced_until', nullable: true })
  replacedUntil: Date | null;

  /** When a call last came under the webhook secret before; not told to the second. */
  @Column('timestamptz', { name: 'replaced_used_at', nullable: true })
  replacedUsedAt: Date | null;

  /** The attachment that holds the account's own picture. */
  @Column('uuid', { name: 'picture_id', nullable: true })
  pictureId: string | null;

  /** As the messenger tells one picture of the account from the next. */
  @Column('text', { name: 'picture_version', nullable: true })
  pictureVersion: string | null;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;

  @UpdateDateColumn({ name: 'updated_at', type: 'timestamptz' })
  updatedAt: Date;

  /** When it was disconnected for good; its history stays. Null for all channels anybody gets to see. */
  @Column('timestamptz', { name: 'deleted_at', nullable: true })
  deletedAt: Date | null;
}
