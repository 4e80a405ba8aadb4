import { Injectable } from '@nestjs/common';
import { Database, row } from '#database';

/** Where people leave traces besides what they said. */
@Injectable()
export class TracesRepository {
  constructor(private readonly database: Database) {}

  async chatsOf(identityIds: readonly string[]): Promise<string[]> {
    const chats = await this.database.rows<{ id: string }>(
      'SELECT id FROM chats WHERE identity_id = ANY ($1::uuid[]) ORDER BY id',
      [identityIds],
    );
    return chats.map(({ id }) => id);
  }

  /** Answers of creating requests, kept for a day, and the addresses they went to. */
  async forgetAnswers(ids: readonly string[]): Promise<number> {
    const forgotten = await this.database.rows(
      `DELETE FROM idempotency_keys k WHERE EXISTS (
         SELECT FROM unnest($1::text[]) AS w (id) WHERE strpos(k.route, w.id) > 0 OR strpos(k.body::text, w.id) > 0)
       RETURNING 1`,
      [ids],
    );
    return forgotten.length;
  }

  /**
   * What webhook endpoints were sent, or shall be: with the text of previews. First the cursor of those who make deliveries:
   * who has read the log already is done or begins anew. They go on while what there is is looked through, piece by piece in the
   * order of ids: those made later have higher ones.
   */
  async forgetDeliveries(
    ids: readonly string[],
    after: string | null,
    limit: number,
  ): Promise<{ last: string | null; seen: number; forgotten: number }> {
    if (after === null) await this.passBy();
    const piece = await this.database.row<{ last: string | null; seen: number; forgotten: number }>(
      `WITH piece AS (
         SELECT id FROM webhook_deliveries WHERE $2::uuid IS NULL OR id > $2 ORDER BY id LIMIT $3
       ), gone AS (
         DELETE FROM webhook_deliveries d USING piece p
         WHERE d.id = p.id AND EXISTS (SELECT FROM unnest($1::text[]) AS w (id) WHERE strpos(d.body, w.id) > 0) RETURNING 1
       )
       SELECT (SELECT id FROM piece ORDER BY id DESC LIMIT 1) AS last, (SELECT count(*)::int FROM piece) AS seen,
         (SELECT count(*)::int FROM gone) AS forgotten`,
      [ids, after, limit],
    );
    return piece!;
  }

  private passBy(): Promise<void> {
    return this.database.transaction(async (tx) => {
      await row(tx, 'SELECT txid FROM webhook_cursor FOR UPDATE');
      await row(tx, 'UPDATE webhook_cursor SET txid = txid');
    });
  }

  /** Changes that wait for a message or a person: they are few. */
  waitingChanges(after: string | null, limit: number) {
    return this.database.rows<{ id: string; target: string; event: unknown }>(
      `SELECT id, target, event FROM waiting_changes WHERE $1::uuid IS NULL OR id > $1 ORDER BY id LIMIT $2`,
      [after, limit],
    );
  }

  async dropWaitingChanges(ids: readonly string[]): Promise<void> {
    await this.database.rows('DELETE FROM waiting_changes WHERE id = ANY ($1::uuid[])', [ids]);
  }

  /**
   * Blanks what people said and are called in the next rows of the log, in its order. Numbers, ids, times and words of ours
   * stay, so that whoever reads the log from before still learns what happened when.
   */
  async blankEvents(
    whose: { readonly chatIds: readonly string[]; readonly subjects: readonly string[] },
    after: readonly [txid: string, id: string],
    limit: number,
  ): Promise<{ txid: string; id: string; seen: number; blanked: number } | undefined> {
    return this.database.row(
      `WITH piece AS (
         SELECT txid, id, chat_id, chat_ids, data FROM events WHERE (txid, id) > ($1::text::xid8, $2::bigint)
         ORDER BY txid, id LIMIT $3
       ), blanked AS (
         UPDATE events e SET data = (
           SELECT coalesce(jsonb_object_agg(d.key, ${IMPERSONAL}), '{}') FROM jsonb_each(e.data) AS d (key, value)),
           previews = (
             SELECT array_agg(CASE WHEN m.chat_id = ANY ($4::uuid[]) THEN '' ELSE m.preview END ORDER BY m.place)
             FROM unnest(e.chat_ids, e.previews) WITH ORDINALITY AS m (chat_id, preview, place))
         FROM piece p
         WHERE e.txid = p.txid AND e.id = p.id AND (p.chat_id = ANY ($4::uuid[]) OR p.chat_ids && $4::uuid[]
           OR p.data ->> 'contactId' = ANY ($5::text[]) OR p.data ->> 'identityId' = ANY ($5::text[]))
         RETURNING 1
       )
       SELECT (SELECT count(*)::int FROM piece) AS seen, (SELECT count(*)::int FROM blanked) AS blanked,
         last.txid::text, last.id::text
       FROM (SELECT txid, id FROM piece ORDER BY txid DESC, id DESC LIMIT 1) AS last`,
      [after[0], after[1], limit, whose.chatIds, whose.subjects],
    );
  }
}

/**
 * A member `d` of the data of event `e` without anything a person said or is called: also where that looks like an id, a
 * time or a word of ours. Why a chat was transferred is in people's words, how it was closed in ours.
 */
const IMPERSONAL = `CASE
  WHEN jsonb_typeof(d.value) IN ('number', 'boolean', 'null') THEN d.value
  WHEN jsonb_typeof(d.value) = 'array' THEN '[]'
  WHEN jsonb_typeof(d.value) = 'object' THEN 'null'
  WHEN d.key IN ('preview', 'text', 'comment') OR (d.key = 'reason' AND e.type <> 'chat.closed') THEN '""'
  WHEN d.value #>> '{}' ~ '^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$' THEN d.value
  WHEN d.value #>> '{}' ~ '^\\d{4}-\\d\\d-\\d\\dT[0-9:.]+Z$' THEN d.value
  WHEN d.key IN ('status', 'state', 'reason', 'rule', 'outcome', 'how') AND d.value #>> '{}' ~ '^[a-z_]{1,30}$' THEN d.value
  WHEN d.key = 'name' THEN 'null'
  ELSE '""' END`;
