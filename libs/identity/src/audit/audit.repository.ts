import { Injectable } from '@nestjs/common';
import { Database, rows, type Tx } from '#database';
import type { AuditEntryDto } from './audit.dto.js';

export type NewAuditEntry = Omit<AuditEntryDto, 'at'>;

export interface AuditFilter {
  readonly actorId?: string;
  readonly action?: string;
  readonly subjectId?: string;
  readonly from?: string;
  readonly to?: string;
}

export async function appendEntry(tx: Tx, entry: NewAuditEntry): Promise<void> {
  const { actor, subject } = entry;
  await rows(
    tx,
    `INSERT INTO audit_entries (id, actor_kind, actor_id, actor_name, request_id, action, subject_kind, subject_id,
       before, after)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      entry.id,
      actor.kind,
      actor.id,
      actor.name,
      entry.requestId,
      entry.action,
      subject.kind,
      subject.id,
      entry.before && JSON.stringify(entry.before),
      entry.after && JSON.stringify(entry.after),
    ],
  );
}

@Injectable()
export class AuditRepository {
  constructor(private readonly database: Database) {}

  /** Newest first. An action that ends in a dot stands for all that begin with it. */
  list(filter: AuditFilter, before: string | undefined, limit: number): Promise<AuditEntryDto[]> {
    const values: unknown[] = [limit];
    const conditions = conditionsOf(filter, before).map(([condition, value]) => {
      values.push(value);
      return condition.replace('?', `$${values.length}`);
    });
    return this.database.rows<AuditEntryDto>(
      `SELECT id, at, json_build_object('kind', actor_kind, 'id', actor_id, 'name', actor_name) AS actor,
         request_id AS "requestId", action, json_build_object('kind', subject_kind, 'id', subject_id) AS subject,
         before, after
       FROM audit_entries ${conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : ''}
       ORDER BY id DESC LIMIT $1`,
      values,
    );
  }
}

function conditionsOf({ actorId, action, subjectId, from, to }: AuditFilter, before: string | undefined) {
  const all: [condition: string, value: string | undefined][] = [
    ['actor_id = ?', actorId],
    [action?.endsWith('.') ? 'action ^@ ?' : 'action = ?', action],
    ['subject_id = ?', subjectId],
    ['at >= ?', from],
    ['at < ?', to],
    ['id < ?', before],
  ];
  return all.filter((one): one is [string, string] => one[1] !== undefined);
}
