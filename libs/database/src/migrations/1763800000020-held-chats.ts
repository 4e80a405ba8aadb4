import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the list of an agent's open chats would look up for each of them stands in the chat's own row. */
export class HeldChats1763800000020 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(COLUMNS);
    await runner.query(COPYING);
    await runner.query(TRIGGERS);
    await runner.query(`SELECT copy_to_held_chats(ARRAY(
      SELECT id FROM chats WHERE closed_at IS NULL AND status = 'in_progress'))`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP TRIGGER copies_begin ON chats;
      DROP TRIGGER copies_follow ON chats;
      DROP TRIGGER copies_follow ON chat_positions;
      DROP TRIGGER copies_follow ON identities;
      DROP TRIGGER copies_follow ON contacts;
      DROP TRIGGER copies_begin ON channel_identities;
      DROP TRIGGER copies_follow ON channel_identities;
      DROP TRIGGER copies_end ON channel_identities;
      DROP FUNCTION copies_follow_hands(), copies_follow_position(), copies_follow_identity(), copies_follow_contact(),
        copies_follow_block(), copy_to_held_chats(uuid[]);
      ALTER TABLE chats DROP agent_position, DROP contact_id, DROP contact_name, DROP blocked_since`);
  }
}

const COLUMNS = `
  ALTER TABLE chats ADD agent_position int, ADD contact_id uuid, ADD contact_name text, ADD blocked_since timestamptz;
  COMMENT ON COLUMN chats.agent_position IS 'copy while the chat is in progress, else null: the position in chat_positions of who holds it';
  COMMENT ON COLUMN chats.contact_id IS 'copy while the chat is in progress, else null: of its identity';
  COMMENT ON COLUMN chats.contact_name IS 'copy while the chat is in progress, else null: of its contact, or else of its identity';
  COMMENT ON COLUMN chats.blocked_since IS 'copy while the chat is in progress, else null: blocked_at in channel_identities, unless unblocked later'`;

/**
 * A copy and its original are written by transactions at the same time, and none sees what another has not committed.
 * Whoever writes an original then copies it to all held chats it sees, the chat's row being locked before it looks again:
 * so the later one copies what both wrote. What it cannot see yet is a chat that comes into somebody's hands, or an
 * identity that comes to a contact: those lock the originals that are new to them, and look once nobody writes them.
 */
const COPYING = `
  CREATE FUNCTION copy_to_held_chats(held uuid[]) RETURNS void LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM FROM chats WHERE id = ANY (held) ORDER BY id FOR NO KEY UPDATE;
    UPDATE chats c SET agent_position = o.position, contact_id = o.contact_id, contact_name = o.name, blocked_since = o.since
    FROM (
      SELECT h.id, p.position, i.contact_id, coalesce(co.name, i.name) AS name,
        CASE WHEN b.blocked_at > coalesce(b.unblocked_at, '-infinity') THEN b.blocked_at END AS since
      FROM chats h
      JOIN identities i ON i.id = h.identity_id
      LEFT JOIN contacts co ON co.id = i.contact_id
      LEFT JOIN channel_identities b ON b.identity_id = h.identity_id AND b.channel_id = h.channel_id
      LEFT JOIN chat_positions p ON p.chat_id = h.id AND p.user_id = h.agent_id
      WHERE h.id = ANY (held)
    ) o
    WHERE c.id = o.id AND c.status = 'in_progress' AND (c.agent_position, c.contact_id, c.contact_name, c.blocked_since)
      IS DISTINCT FROM (o.position, o.contact_id, o.name, o.since);
  END $$;

  -- The statement it follows has locked the chat. Who held it before had the contact's copies right.
  CREATE FUNCTION copies_follow_hands() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF NEW.status <> 'in_progress' THEN
      UPDATE chats SET agent_position = NULL, contact_id = NULL, contact_name = NULL, blocked_since = NULL WHERE id = NEW.id;
    ELSIF TG_OP = 'UPDATE' AND OLD.status = 'in_progress' THEN
      UPDATE chats SET agent_position =
        (SELECT p.position FROM chat_positions p WHERE p.chat_id = NEW.id AND p.user_id = NEW.agent_id)
      WHERE id = NEW.id;
    ELSE
      PERFORM FROM identities WHERE id = NEW.identity_id FOR SHARE;
      PERFORM FROM contacts WHERE id = (SELECT contact_id FROM identities WHERE id = NEW.identity_id) FOR SHARE;
      PERFORM copy_to_held_chats(ARRAY[NEW.id]);
    END IF;
    RETURN NULL;
  END $$;

  CREATE FUNCTION copies_follow_position() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM FROM chats WHERE id = NEW.chat_id FOR NO KEY UPDATE;
    UPDATE chats SET agent_position = NEW.position
    WHERE id = NEW.chat_id AND agent_id = NEW.user_id AND status = 'in_progress';
    RETURN NULL;
  END $$;

  CREATE FUNCTION copies_follow_identity() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM FROM contacts WHERE id = NEW.contact_id FOR SHARE;
    PERFORM copy_to_held_chats(ARRAY(SELECT id FROM chats WHERE identity_id = NEW.id AND status = 'in_progress'));
    RETURN NULL;
  END $$;

  CREATE FUNCTION copies_follow_contact() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    PERFORM copy_to_held_chats(ARRAY(
      SELECT c.id FROM identities i JOIN chats c ON c.identity_id = i.id
      WHERE i.contact_id = NEW.id AND c.status = 'in_progress'));
    RETURN NULL;
  END $$;

  -- Whoever takes a chat finds no row here to lock before the first: the identity stands for it.
  CREATE FUNCTION copies_follow_block() RETURNS trigger LANGUAGE plpgsql AS $$
  DECLARE
    identity uuid := coalesce(NEW.identity_id, OLD.identity_id);
    channel uuid := coalesce(NEW.channel_id, OLD.channel_id);
  BEGIN
    PERFORM FROM identities WHERE id = identity FOR NO KEY UPDATE;
    PERFORM copy_to_held_chats(ARRAY(
      SELECT id FROM chats WHERE identity_id = identity AND channel_id = channel AND status = 'in_progress'));
    RETURN NULL;
  END $$`;

/**
 * None fires for what messages and receipts change. All after the row: with a trigger before it, each update of any column
 * would lock its row once more. Identities' waits for the commit: contacts are locked after identities, chats after both.
 */
const TRIGGERS = `
  CREATE TRIGGER copies_begin AFTER INSERT ON chats FOR EACH ROW
    WHEN (NEW.status = 'in_progress') EXECUTE FUNCTION copies_follow_hands();
  CREATE TRIGGER copies_follow AFTER UPDATE OF agent_id, status ON chats FOR EACH ROW
    WHEN ((OLD.status = 'in_progress' OR NEW.status = 'in_progress')
      AND (OLD.status, OLD.agent_id) IS DISTINCT FROM (NEW.status, NEW.agent_id))
    EXECUTE FUNCTION copies_follow_hands();
  CREATE TRIGGER copies_follow AFTER INSERT OR UPDATE ON chat_positions FOR EACH ROW
    EXECUTE FUNCTION copies_follow_position();
  CREATE CONSTRAINT TRIGGER copies_follow AFTER UPDATE OF contact_id, name ON identities
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN ((OLD.contact_id, OLD.name) IS DISTINCT FROM (NEW.contact_id, NEW.name))
    EXECUTE FUNCTION copies_follow_identity();
  CREATE TRIGGER copies_follow AFTER UPDATE OF name ON contacts FOR EACH ROW
    WHEN (OLD.name IS DISTINCT FROM NEW.name) EXECUTE FUNCTION copies_follow_contact();
  CREATE TRIGGER copies_begin AFTER INSERT ON channel_identities FOR EACH ROW
    WHEN (NEW.blocked_at IS NOT NULL) EXECUTE FUNCTION copies_follow_block();
  CREATE TRIGGER copies_follow AFTER UPDATE OF blocked_at, unblocked_at ON channel_identities FOR EACH ROW
    WHEN ((OLD.blocked_at, OLD.unblocked_at) IS DISTINCT FROM (NEW.blocked_at, NEW.unblocked_at))
    EXECUTE FUNCTION copies_follow_block();
  CREATE TRIGGER copies_end AFTER DELETE ON channel_identities FOR EACH ROW
    WHEN (OLD.blocked_at IS NOT NULL) EXECUTE FUNCTION copies_follow_block()`;
