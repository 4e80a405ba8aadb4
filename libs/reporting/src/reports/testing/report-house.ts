import { newId, openTestDatabase } from '#database';
import type { Caller, Role } from '#identity';
import { AgentsReportRepository } from '../agents-report.repository.js';
import { ChatsReportRepository } from '../chats-report.repository.js';
import { ReportGate } from '../report-gate.js';
import { ReportLimitsRepository } from '../report-limits.repository.js';
import { Reports } from '../reports.js';

export interface ChatWish {
  readonly openedAt: Date;
  readonly closedAt?: Date | null;
  readonly acceptedAt?: Date | null;
  readonly repliedAt?: Date | null;
  readonly reason?: string;
  readonly queueId?: string;
  readonly agentId?: string | null;
  readonly inbound?: number;
  readonly outbound?: number;
}

/** Real PostgreSQL; what happened is rows, written as the rooms below write them. */
export async function openReportHouse() {
  const storage = await openTestDatabase();
  const { database } = storage;
  const parts = [new ChatsReportRepository(), new AgentsReportRepository(), new ReportLimitsRepository()] as const;
  const reports = new Reports(database, ...parts, new ReportGate());

  async function row(table: string, values: Readonly<Record<string, unknown>>): Promise<void> {
    const names = Object.keys(values);
    const places = names.map((_, place) => `$${place + 1}`);
    await database.rows(`INSERT INTO ${table} (${names.join()}) VALUES (${places.join()})`, Object.values(values));
  }

  async function aQueue(name: string): Promise<string> {
    const id = newId();
    await row('queues', { id, name });
    return id;
  }

  async function aChannel(queueId: string, name: string): Promise<string> {
    const id = newId();
    await row('channels', { id, messenger: 'pigeon', source: id, name, queue_id: queueId });
    return id;
  }

  async function aUser(name: string, role: Role = 'agent'): Promise<Caller> {
    const id = newId();
    await row('users', { id, email: `${id}@example.com`, name, password_hash: '', role });
    return { kind: 'user', id, role, name };
  }

  async function aChat(channelId: string, queueId: string, wish: ChatWish): Promise<string> {
    const [id, identity] = [idAt(wish.openedAt), newId()];
    await row('identities', { id: identity, messenger: 'pigeon', scope: '', external_id: identity });
    const agent = wish.agentId ?? null;
    await row('chats', {
      id,
      channel_id: channelId,
      identity_id: identity,
      queue_id: queueId,
      status: wish.closedAt ? 'closed' : agent ? 'in_progress' : 'waiting',
      agent_id: agent,
      opened_at: wish.openedAt.toISOString(),
      closed_at: wish.closedAt?.toISOString() ?? null,
      close_reason: wish.closedAt ? (wish.reason ?? 'agent') : null,
      first_accepted_at: wish.acceptedAt?.toISOString() ?? null,
      first_human_reply_at: wish.repliedAt?.toISOString() ?? null,
      inbound_count: wish.inbound ?? 0,
      outbound_count: wish.outbound ?? 0,
    });
    return id;
  }

  async function aStretch(chatId: string, agentId: string, began: Date, ended: Date | null): Promise<void> {
    const times = { began_at: began.toISOString(), ended_at: ended?.toISOString() ?? null };
    await row('chat_ownerships', { chat_id: chatId, agent_id: agentId, ...times });
  }

  async function anInterval(user: Caller, state: string, began: Date, ended: Date | null): Promise<void> {
    const times = { began_at: began.toISOString(), ended_at: ended?.toISOString() ?? null };
    await row('agent_state_intervals', { user_id: user.id, state, available: state === 'active', ...times });
  }

  return { ...storage, reports, aQueue, aChannel, aUser, aChat, aStretch, anInterval };
}

export type ReportHouse = Awaited<ReturnType<typeof openReportHouse>>;

/** An id made at that time, as `newId` would have made it then. */
function idAt(time: Date): string {
  const digits = time.getTime().toString(16).padStart(12, '0');
  return `${digits.slice(0, 8)}-${digits.slice(8)}${newId().slice(13)}`;
}
