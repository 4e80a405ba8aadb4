import { Column, CreateDateColumn, Entity, PrimaryColumn, UpdateDateColumn } from 'typeorm';

/** Whatever else an organisation keeps of a contact: its own names, its own values. */
export type Attributes = Readonly<Record<string, string>>;

/** Someone outside who writes to us. */
@Entity('contacts')
export class Contact {
  @PrimaryColumn('uuid')
  id: string;

  /** Null until somebody told us. */
  @Column('text', { nullable: true })
  name: string | null;

  @Column('text', { nullable: true })
  email: string | null;

  @Column('text', { nullable: true })
  phone: string | null;

  @Column('text', { nullable: true })
  language: string | null;

  @Column('text', { nullable: true })
  note: string | null;

  @Column('jsonb')
  attributes: Attributes;

  /** What the contact is found by, see `wordsOf`. */
  @Column('text')
  words: string;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;

  @UpdateDateColumn({ name: 'updated_at', type: 'timestamptz' })
  updatedAt: Date;
}
