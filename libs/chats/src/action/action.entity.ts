import { Column, CreateDateColumn, Entity, JoinTable, ManyToMany, PrimaryColumn, UpdateDateColumn } from 'typeorm';
import { Queue } from '../queue/queue.entity.js';

/** Something an agent can run from a chat of one of its queues. */
@Entity('actions')
export class Action {
  @PrimaryColumn('uuid')
  id: string;

  @Column('text')
  caption: string;

  @Column('text')
  url: string;

  /** Sealed; see `ActionSecrets`. */
  @Column('text', { nullable: true, select: false })
  secret: string | null;

  @ManyToMany(() => Queue)
  @JoinTable({
    name: 'action_queues',
    joinColumn: { name: 'action_id' },
    inverseJoinColumn: { name: 'queue_id' },
  })
  queues: Queue[];

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;

  @UpdateDateColumn({ name: 'updated_at', type: 'timestamptz' })
  updatedAt: Date;
}
