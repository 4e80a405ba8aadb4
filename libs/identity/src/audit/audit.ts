import { newId, type Tx } from '#database';
import { requestNow } from '../access/request-context.js';
import type { AuditActorDto } from './audit.dto.js';
import { appendEntry } from './audit.repository.js';

export interface Audited {
  /** What was done to what: `user.created`. */
  readonly action: `${string}.${string}`;
  /** Whose id it is follows from the action's first word unless `kind` says otherwise. */
  readonly subjectId: string | null;
  readonly kind?: string;
  /** Views as the API shows them, never rows: what stands here is kept for good and shown to admins. */
  readonly before?: object;
  readonly after?: object;
  /** Whose doing it is, where the request's caller is not known yet. */
  readonly actor?: Pick<AuditActorDto, 'id' | 'name'> & Partial<AuditActorDto>;
}

/**
 * Writes down who did this, in the transaction of the change: both are committed, or neither. Where both `before` and
 * `after` are given, only what differs is kept, and nothing is written when nothing does.
 */
export async function audit(tx: Tx, { action, subjectId, kind, before, after, actor }: Audited): Promise<void> {
  const differs = before && after ? differing(before, after) : undefined;
  if (differs?.size === 0) return;
  await appendEntry(tx, {
    id: newId(),
    actor: actor ? { kind: 'user', ...actor } : actorNow(),
    requestId: requestNow()?.requestId ?? null,
    action,
    subject: { kind: kind ?? action.slice(0, action.indexOf('.')), id: subjectId },
    before: only(before, differs),
    after: only(after, differs),
  });
}

function actorNow(): AuditActorDto {
  const caller = requestNow()?.caller;
  return caller ? { kind: caller.kind, id: caller.id, name: caller.name } : { kind: 'system', id: null, name: null };
}

/** When something was changed is said by the entry itself. */
const OF_THE_ENTRY = 'updatedAt';

function differing(before: object, after: object): ReadonlySet<string> {
  const [was, is] = [plain(before), plain(after)];
  const names = new Set([...Object.keys(was), ...Object.keys(is)]);
  return new Set(
    [...names].filter((name) => name !== OF_THE_ENTRY && JSON.stringify(was[name]) !== JSON.stringify(is[name])),
  );
}

function only(view: object | undefined, names: ReadonlySet<string> | undefined): Record<string, unknown> | null {
  if (!view) return null;
  if (!names) return plain(view);
  return Object.fromEntries(Object.entries(plain(view)).filter(([name]) => names.has(name)));
}

/** As JSON has it: dates as text, nothing undefined. */
function plain(view: object): Record<string, unknown> {
  return JSON.parse(JSON.stringify(view)) as Record<string, unknown>;
}
