import { Logger } from '@nestjs/common';
import type { DataSourceOptions } from 'typeorm';
import { Admission } from './admission.js';
import { LeanClient } from './lean-client.js';
import { FirstHouse1763800000000 } from './migrations/1763800000000-first-house.js';
import { FirstChats1763800000001 } from './migrations/1763800000001-first-chats.js';
import { ReceiveEvents1763800000002 } from './migrations/1763800000002-receive-events.js';
import { Attachments1763800000003 } from './migrations/1763800000003-attachments.js';
import { MessageChanges1763800000004 } from './migrations/1763800000004-message-changes.js';
import { HonestOutbox1763800000005 } from './migrations/1763800000005-honest-outbox.js';
import { QueueSettings1763800000006 } from './migrations/1763800000006-queue-settings.js';
import { ChatLife1763800000007 } from './migrations/1763800000007-chat-life.js';
import { ChatLists1763800000008 } from './migrations/1763800000008-chat-lists.js';
import { WorkingAids1763800000009 } from './migrations/1763800000009-working-aids.js';
import { People1763800000010 } from './migrations/1763800000010-people.js';
import { Search1763800000011 } from './migrations/1763800000011-search.js';
import { RegistrationComplete1763800000012 } from './migrations/1763800000012-registration-complete.js';
import { Webhooks1763800000013 } from './migrations/1763800000013-webhooks.js';
import { AuditLog1763800000014 } from './migrations/1763800000014-audit-log.js';
import { QueueTexts1763800000015 } from './migrations/1763800000015-queue-texts.js';
import { SecretRotation1763800000016 } from './migrations/1763800000016-secret-rotation.js';
import { ReceiveFaster1763800000018 } from './migrations/1763800000018-receive-faster.js';
import { EventBundles1763800000019 } from './migrations/1763800000019-event-bundles.js';
import { HeldChats1763800000020 } from './migrations/1763800000020-held-chats.js';
import { ReplayOfUnsupported1763800000022 } from './migrations/1763800000022-replay-of-unsupported.js';
import { SearchHolders1763800000023 } from './migrations/1763800000023-search-holders.js';
import { PlacesOfWaitingChats1763800000024 } from './migrations/1763800000024-places-of-waiting-chats.js';
import { KnownEvents1763800000025 } from './migrations/1763800000025-known-events.js';
import { SealedReferences1763800000026 } from './migrations/1763800000026-sealed-references.js';
import { RoomBesideNewRows1763800000027 } from './migrations/1763800000027-room-beside-new-rows.js';
import { DoubtfulMessages1763800000028 } from './migrations/1763800000028-doubtful-messages.js';
import { LastTries1763800000029 } from './migrations/1763800000029-last-tries.js';
import { FirstMessages1763800000030 } from './migrations/1763800000030-first-messages.js';
import { NothingHeld1763800000031 } from './migrations/1763800000031-nothing-held.js';
import { WebhookActivity1763800000032 } from './migrations/1763800000032-webhook-activity.js';
import { RunsComeToAnEnd1763800000033 } from './migrations/1763800000033-runs-come-to-an-end.js';

/** Every migration there is, oldest first. */
export const migrations = [
  FirstHouse1763800000000,
  FirstChats1763800000001,
  ReceiveEvents1763800000002,
  Attachments1763800000003,
  MessageChanges1763800000004,
  HonestOutbox1763800000005,
  QueueSettings1763800000006,
  ChatLife1763800000007,
  ChatLists1763800000008,
  WorkingAids1763800000009,
  People1763800000010,
  Search1763800000011,
  RegistrationComplete1763800000012,
  Webhooks1763800000013,
  AuditLog1763800000014,
  QueueTexts1763800000015,
  SecretRotation1763800000016,
  ReceiveFaster1763800000018,
  EventBundles1763800000019,
  HeldChats1763800000020,
  ReplayOfUnsupported1763800000022,
  SearchHolders1763800000023,
  PlacesOfWaitingChats1763800000024,
  KnownEvents1763800000025,
  SealedReferences1763800000026,
  RoomBesideNewRows1763800000027,
  DoubtfulMessages1763800000028,
  LastTries1763800000029,
  FirstMessages1763800000030,
  NothingHeld1763800000031,
  WebhookActivity1763800000032,
  RunsComeToAnEnd1763800000033,
];

export interface PoolOptions {
  readonly url: string;
  readonly poolSize: number;
  /** Shown in pg_stat_activity. */
  readonly name?: string;
  /** How many ms a statement may go without an answer, where its caller says nothing else. Default: any time. */
  readonly patienceMs?: number;
}

/** Opening a connection, and waiting for a free one. */
const CONNECT_TIMEOUT_MS = 3_000;
/** A frozen database becomes an error within this time, so that a messenger hears 503 and keeps its event. */
const RECEIVING_QUERY_TIMEOUT_MS = 4_000;

/**
 * A connection that rests stays open: a new one, which plans everything anew, makes what comes after a quiet moment wait for a
 * tenth of a second. Now and then it gives a sign of life, so that no router between forgets it, and one that is gone is noticed.
 */
const RESTING = { idleTimeoutMillis: 600_000, keepAlive: true, keepAliveInitialDelayMillis: 30_000 };

/** Statements that do not wait for each other's answer share a round trip: BEGIN leaves with the first one. */
const PIPELINED = { pipeline: true, Client: LeanClient };

/** TypeORM's options for one pool. A lost connection is logged and replaced; it never ends the process. */
export function dataSourceOptions({ url, poolSize, name = 'parley', patienceMs }: PoolOptions): DataSourceOptions {
  const logger = new Logger('Database');
  return {
    type: 'postgres',
    url,
    poolSize,
    applicationName: name,
    connectTimeoutMS: CONNECT_TIMEOUT_MS,
    installExtensions: false,
    synchronize: false,
    migrations,
    migrationsTableName: 'migrations',
    poolErrorHandler: (error: Error) => logger.warn(`connection lost: ${error.message}`),
    extra: { ...RESTING, ...PIPELINED, usualPatience: patienceMs, admission: new Admission(name) },
  };
}

/** The receiving path's pool: a statement that gets no answer in time takes its connection with it. */
export function receivingOptions(options: PoolOptions): DataSourceOptions {
  const named = { name: 'parley-receiving', ...options };
  const admission = new Admission(named.name);
  return {
    ...dataSourceOptions(named),
    extra: { ...RESTING, ...PIPELINED, answerTimeout: RECEIVING_QUERY_TIMEOUT_MS, admission },
  };
}
