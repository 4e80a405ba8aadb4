import { Column, CreateDateColumn, Entity, PrimaryColumn, UpdateDateColumn } from 'typeorm';
import type { RoutingRuleName } from './routing-rules.js';

/** Where new chats wait. A deleted queue stays for the history of its closed chats, no longer `live`. */
@Entity('queues')
export class Queue {
  @PrimaryColumn('uuid')
  id: string;

  @Column('boolean', { default: true })
  live: boolean;

  @Column('text')
  name: string;

  @Column('text', { name: 'routing_rule' })
  routingRule: RoutingRuleName;

  /** How many open chats one agent may hold in this queue. */
  @Column('int', { name: 'agent_limit' })
  agentLimit: number;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;

  @UpdateDateColumn({ name: 'updated_at', type: 'timestamptz' })
  updatedAt: Date;
}
