import { Column, CreateDateColumn, Entity, PrimaryColumn, UpdateDateColumn } from 'typeorm';
import type { RoutingRuleName } from '../routing/routing-rules.js';

export const SILENT_AGENT = ['keep', 'set_inactive'] as const;
export type SilentAgent = (typeof SILENT_AGENT)[number];

export const WAITING_ORDERS = ['oldest', 'newest'] as const;
export type WaitingOrder = (typeof WAITING_ORDERS)[number];

export const CLOSE_COUNTS_FROM = ['last_message', 'last_outbound'] as const;
export type CloseCountsFrom = (typeof CLOSE_COUNTS_FROM)[number];

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

  /** How long an agent may think about an offered chat before the next one is asked. */
  @Column('int', { name: 'offer_seconds' })
  offerSeconds: number;

  /** What becomes of an agent who lets an offer pass. */
  @Column('text', { name: 'silent_agent' })
  silentAgent: SilentAgent;

  @Column('text', { name: 'waiting_order' })
  waitingOrder: WaitingOrder;

  /** Whether a contact's next chat is offered to who held the last one, before all others. */
  @Column('boolean', { name: 'prefers_previous_agent' })
  prefersPreviousAgent: boolean;

  @Column('int', { name: 'close_after_minutes' })
  closeAfterMinutes: number | null;

  @Column('text', { name: 'close_counts_from' })
  closeCountsFrom: CloseCountsFrom;

  @Column('int', { name: 'close_waiting_after_minutes' })
  closeWaitingAfterMinutes: number | null;

  @Column('int', { name: 'reopen_minutes' })
  reopenMinutes: number | null;

  /** What the queue says when a contact's message opens a chat in it. */
  @Column('text', { name: 'greeting_text' })
  greetingText: string | null;

  /** What it says when a chat in it is closed. */
  @Column('text', { name: 'closing_text' })
  closingText: string | null;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt: Date;

  @UpdateDateColumn({ name: 'updated_at', type: 'timestamptz' })
  updatedAt: Date;
}
