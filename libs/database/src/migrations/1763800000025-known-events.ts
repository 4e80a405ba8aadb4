import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A batch may say of some events that they are in the ledger. */
export class KnownEvents1763800000025 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(EXPECT_ENTERED);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION expect_entered');
  }
}

/** Plans as in `receive_events`: before the first ANALYZE a ledger of thousands of rows looks like one of none. */
const EXPECT_ENTERED = `
  CREATE FUNCTION expect_entered(k_channel uuid[], k_key text[]) RETURNS void LANGUAGE plpgsql
    SET enable_seqscan = off
    SET plan_cache_mode = force_generic_plan
  AS $$
  BEGIN
    IF EXISTS (
      SELECT FROM unnest(k_channel, k_key) AS k (channel, key)
      LEFT JOIN LATERAL (
        SELECT true AS entered FROM ledger l WHERE l.channel_id = k.channel AND l.event_key = k.key OFFSET 0
      ) AS l ON true
      WHERE l.entered IS NULL
    ) THEN
      RAISE serialization_failure USING MESSAGE = 'An event that was said to be known is not in the ledger';
    END IF;
  END $$`;
