import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What an endpoint is told is a matter of places in the log, not of clocks. */
export class WebhookActivity1763800000032 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(ACTIVITY);
    await runner.query(SO_FAR);
    await runner.query(FOLLOWS);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TRIGGER activity_begins ON webhook_endpoints;
      DROP TRIGGER activity_follows ON webhook_endpoints;
      DROP FUNCTION webhook_activity_follows();
      ALTER TABLE webhook_endpoints ADD active_since timestamptz NOT NULL DEFAULT now();
      UPDATE webhook_endpoints e SET active_since = a.began_at FROM webhook_activity a
        WHERE a.endpoint_id = e.id AND a.ended IS NULL;
      DROP TABLE webhook_activity`);
  }
}

/**
 * An event belongs to the time of an activity when it had not been committed as it began, and had been as it ended. What its
 * transaction tells of that holds in one history of one cluster; the number of an event goes along into another one: what is
 * beyond `began_behind` was drawn later.
 */
const ACTIVITY = `
  CREATE TABLE webhook_activity (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    endpoint_id uuid NOT NULL REFERENCES webhook_endpoints ON DELETE CASCADE,
    began pg_snapshot NOT NULL,
    began_behind bigint NOT NULL,
    began_at timestamptz NOT NULL DEFAULT now(),
    ended pg_snapshot,
    ended_behind bigint,
    ended_at timestamptz,
    CHECK ((ended IS NULL) = (ended_behind IS NULL) AND (ended IS NULL) = (ended_at IS NULL))
  );
  COMMENT ON COLUMN webhook_activity.began_behind IS 'no event had a higher number yet';
  CREATE UNIQUE INDEX webhook_activity_now ON webhook_activity (endpoint_id) WHERE ended IS NULL;
  CREATE INDEX webhook_activity_of ON webhook_activity (endpoint_id);`;

/** Of those from before the clock is all that is known. */
const SO_FAR = `
  INSERT INTO webhook_activity (endpoint_id, began, began_behind, began_at)
  SELECT e.id, pg_current_snapshot(), coalesce((
      SELECT l.id + coalesce(cardinality(l.message_ids), 1) - 1 FROM events l WHERE l.at < e.active_since
      ORDER BY l.txid DESC, l.id DESC LIMIT 1), 0), e.active_since
  FROM webhook_endpoints e WHERE e.active;
  ALTER TABLE webhook_endpoints DROP active_since;`;

/** Whoever makes an endpoint active or pauses it. Ids of rows are 256 apart, and their events have those between. */
const FOLLOWS = `
  CREATE FUNCTION webhook_activity_follows() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF NEW.active THEN
      INSERT INTO webhook_activity (endpoint_id, began, began_behind)
      SELECT NEW.id, pg_current_snapshot(), last_value + 255 FROM events_id_seq;
    ELSE
      UPDATE webhook_activity SET ended = pg_current_snapshot(), ended_at = now(),
        ended_behind = (SELECT last_value + 255 FROM events_id_seq)
      WHERE endpoint_id = NEW.id AND ended IS NULL;
    END IF;
    RETURN NULL;
  END $$;
  CREATE TRIGGER activity_begins AFTER INSERT ON webhook_endpoints
    FOR EACH ROW WHEN (NEW.active) EXECUTE FUNCTION webhook_activity_follows();
  CREATE TRIGGER activity_follows AFTER UPDATE OF active ON webhook_endpoints
    FOR EACH ROW WHEN (NEW.active <> OLD.active) EXECUTE FUNCTION webhook_activity_follows();`;
