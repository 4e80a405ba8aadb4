import { Column, CreateDateColumn, Entity, PrimaryColumn } from 'typeorm';

/** A contact as one messenger knows it: unique by (messenger, scope, externalId). */
@Entity('identities')
export class Identity {
  @PrimaryColumn('uuid')
  id: string;

  @Column('text')
  messenger: string;

  /** The channel's source where the messenger's ids are per account, empty where they are global. */
  @Column('text')
  scope: string;

  @Column('text', { name: 'external_id' })
  externalId: string;

  /** Null for a guest: somebody nobody has linked to a contact yet. */
  @Column('uuid', { name: 'contact_id', nullable: true })
  contactId: string | null;

  @Column('text', { nullable: true })
  name: string | null;

  @Column('timestamptz', { name: 'profile_fetched_at', nullable: true })
  profileFetchedAt: Date | null;

  /** Who it was is erased: nobody writes by it any more. */
  @Column('timestamptz', { name: 'erased_at', nullable: true })
  erasedAt: Date | null;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;
}
