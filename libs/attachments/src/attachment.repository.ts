import { Injectable } from '@nestjs/common';
import { Database, row, rows, type Tx } from '#database';
import type { AttachmentType } from '#messenger-kit';

export type AttachmentState = 'pending' | 'stored' | 'failed' | 'too_large';

export interface AttachmentRow {
  readonly id: string;
  readonly channelId: string | null;
  readonly chatId: string | null;
  readonly messageId: string | null;
  readonly uploadedBy: string | null;
  readonly state: AttachmentState;
  readonly type: AttachmentType;
  readonly name: string | null;
  readonly mimeType: string | null;
  readonly sniffed: boolean;
  readonly size: number | null;
  readonly storageKey: string;
  readonly reference: string | null;
  readonly failure: string | null;
  readonly attempts: number;
}

export type ExpectedRow = Pick<AttachmentRow, 'id' | 'type' | 'name' | 'mimeType' | 'size' | 'storageKey'> & {
  readonly channelId: string;
  readonly chatId: string | null;
  readonly messageId: string | null;
  readonly reference: string;
};

export type UploadRow = Pick<AttachmentRow, 'id' | 'type' | 'name' | 'mimeType' | 'sniffed' | 'size' | 'storageKey'> & {
  readonly uploadedBy: string;
};

/** What became of an attachment whose content was fetched, or was not. */
export type Ending =
  | (Pick<AttachmentRow, 'name' | 'mimeType' | 'sniffed' | 'size'> & { readonly state: 'stored' })
  | { readonly state: 'failed' | 'too_large'; readonly failure: string };

const COLUMNS = `
  id, channel_id AS "channelId", chat_id AS "chatId", message_id AS "messageId", uploaded_by AS "uploadedBy", state, type,
  name, mime_type AS "mimeType", sniffed, size::float8 AS size, storage_key AS "storageKey", reference, failure, attempts`;

@Injectable()
export class AttachmentRepository {
  /** One statement for all of them; what is there already stays as it is. */
  async expect(tx: Tx, wanted: readonly ExpectedRow[]): Promise<void> {
    const list = <T>(of: (one: ExpectedRow) => T): T[] => wanted.map(of);
    await rows(
      tx,
      {
        name: 'expect-attachments',
        text: `
          INSERT INTO attachments (id, channel_id, chat_id, message_id, state, type, name, mime_type, size, storage_key,
            reference, created_at)
          SELECT id, channel_id, chat_id, message_id, 'pending', type, name, mime_type, size, storage_key, reference, now()
          FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::bigint[],
            $9::text[], $10::text[])
            AS given (id, channel_id, chat_id, message_id, type, name, mime_type, size, storage_key, reference)
          ON CONFLICT (id) DO NOTHING`,
      },
      [
        list((one) => one.id),
        list((one) => one.channelId),
        list((one) => one.chatId),
        list((one) => one.messageId),
        list((one) => one.type),
        list((one) => one.name),
        list((one) => one.mimeType),
        list((one) => one.size),
        list((one) => one.storageKey),
        list((one) => one.reference),
      ],
    );
  }

  /** Notes that it is tried once more. Undefined when there is nothing to fetch (any more). */
  beginFetch(database: Database, id: string): Promise<AttachmentRow | undefined> {
    return database.row<AttachmentRow>(
      `UPDATE attachments SET attempts = attempts + 1
       WHERE id = $1 AND state = 'pending' AND reference IS NOT NULL RETURNING ${COLUMNS}`,
      [id],
    );
  }

  /** Ends what is pending; undefined when it has ended already, or is gone. */
  end(tx: Tx, id: string, ending: Ending): Promise<AttachmentRow | undefined> {
    const stored = ending.state === 'stored' ? ending : undefined;
    return row<AttachmentRow>(
      tx,
      `UPDATE attachments SET state = $2, reference = NULL, failure = $3, name = coalesce($4, name),
         mime_type = coalesce($5, mime_type), sniffed = $6, size = coalesce($7, size)
       WHERE id = $1 AND state = 'pending' RETURNING ${COLUMNS}`,
      [
        id,
        ending.state,
        'failure' in ending ? ending.failure : null,
        stored?.name ?? null,
        stored?.mimeType ?? null,
        stored?.sniffed ?? false,
        stored?.size ?? null,
      ],
    );
  }

  async addUpload(tx: Tx, upload: UploadRow, keptHours: number): Promise<void> {
    const { id, uploadedBy, type, name, mimeType, sniffed, size, storageKey } = upload;
    await rows(
      tx,
      `INSERT INTO attachments (id, uploaded_by, state, type, name, mime_type, sniffed, size, storage_key, created_at,
         expires_at)
       VALUES ($1, $2, 'pending', $3, $4, $5, $6, $7, $8, now(), now() + $9 * interval '1 hour')`,
      [id, uploadedBy, type, name, mimeType, sniffed, size, storageKey, keptHours],
    );
  }

  /** The content of an upload has arrived where it is kept. */
  async uploadStored(database: Database, id: string): Promise<void> {
    await database.rows(`UPDATE attachments SET state = 'stored' WHERE id = $1 AND state = 'pending'`, [id]);
  }

  byIds(source: Tx | Database, ids: readonly string[]): Promise<AttachmentRow[]> {
    const statement = `SELECT ${COLUMNS} FROM attachments WHERE id = ANY ($1::uuid[])`;
    return source instanceof Database
      ? source.rows<AttachmentRow>(statement, [ids])
      : rows<AttachmentRow>(source, statement, [ids]);
  }

  /** Uploads of this caller that wait to be used, locked until the transaction ends. */
  lockUploads(tx: Tx, uploadedBy: string, ids: readonly string[]): Promise<AttachmentRow[]> {
    return rows<AttachmentRow>(
      tx,
      `SELECT ${COLUMNS} FROM attachments
       WHERE id = ANY ($2::uuid[]) AND uploaded_by = $1 AND state = 'stored' AND message_id IS NULL AND expires_at > now()
       ORDER BY id FOR UPDATE`,
      [uploadedBy, ids],
    );
  }

  async attach(tx: Tx, chatId: string, messageId: string, ids: readonly string[]): Promise<number> {
    const attached = await rows(
      tx,
      `UPDATE attachments SET chat_id = $1, message_id = $2, expires_at = NULL
       WHERE id = ANY ($3::uuid[]) AND message_id IS NULL AND state = 'stored' RETURNING id`,
      [chatId, messageId, ids],
    );
    return attached.length;
  }

  /** From now on nobody gets the content, and the next clean-up removes it. */
  async expire(tx: Tx, ids: readonly string[], failure: string): Promise<void> {
    await rows(
      tx,
      `UPDATE attachments SET state = 'failed', failure = $2, reference = NULL, expires_at = now()
       WHERE id = ANY ($1::uuid[])`,
      [ids, failure],
    );
  }

  /** Ends some of those whose time is over, so that nobody uses them any more; says where their content lies. */
  endExpired(database: Database, failure: string, limit: number): Promise<{ id: string; storageKey: string }[]> {
    return database.rows(
      `UPDATE attachments SET state = 'failed', failure = coalesce(failure, $1), reference = NULL
       WHERE expires_at <= now() AND id IN (
         SELECT id FROM attachments WHERE expires_at <= now() ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED)
       RETURNING id, storage_key AS "storageKey"`,
      [failure, limit],
    );
  }

  /** Ends some of the files of these chats: nobody gets them from now on, and nothing says what they were. */
  endOf(database: Database, chatIds: readonly string[], limit: number): Promise<{ id: string; storageKey: string }[]> {
    return database.rows(
      `UPDATE attachments SET state = 'failed', failure = NULL, reference = NULL, name = NULL, expires_at = now()
       WHERE id IN (SELECT id FROM attachments WHERE chat_id = ANY ($1::uuid[]) LIMIT $2)
       RETURNING id, storage_key AS "storageKey"`,
      [chatIds, limit],
    );
  }

  async remove(database: Database, ids: readonly string[]): Promise<void> {
    await database.rows('DELETE FROM attachments WHERE id = ANY ($1::uuid[]) AND expires_at <= now()', [ids]);
  }

  /** Where the files lie that came last; not those that are empty. */
  lastStored(database: Database, limit: number): Promise<{ storageKey: string }[]> {
    return database.rows(
      `SELECT storage_key AS "storageKey" FROM attachments
       WHERE state = 'stored' AND size > 0 AND expires_at IS NULL ORDER BY id DESC LIMIT $1`,
      [limit],
    );
  }

  /** What nobody fetches any more, for whatever reason: oldest first. */
  stuck(database: Database, hours: number, limit: number): Promise<{ id: string }[]> {
    return database.rows(
      `SELECT id FROM attachments
       WHERE state = 'pending' AND uploaded_by IS NULL AND created_at < now() - $1 * interval '1 hour'
       ORDER BY created_at LIMIT $2`,
      [hours, limit],
    );
  }
}
