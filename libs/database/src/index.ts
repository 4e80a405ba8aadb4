export { Admission } from './admission.js';
export { BinaryParameters } from './binary-parameters.js';
export { BriefCache } from './brief-cache.js';
export { Database, ReceivingDatabase } from './database.js';
export { deleteInPieces } from './delete-in-pieces.js';
export { roomForConnections, takesWrites } from './server-facts.repository.js';
export { DatabaseModule, type DatabaseOptions } from './database.module.js';
export {
  openEmbeddedPostgres,
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
} from './embedded/embedded-postgres.js';
export { HeldLease } from './held-lease.js';
export { isId, newId } from './id.js';
export { hasKeyRing } from './key-ring-check.js';
export { KeyRing } from './key-ring.js';
export { LeanClient } from './lean-client.js';
export { Leases, type Lease } from './leases.repository.js';
export { openDataSource } from './open-data-source.js';
export { migrate } from './migrate.js';
export { ScopedStorage } from './scoped-storage.js';
export { withPatience } from './patience.js';
export { Settings } from './settings.repository.js';
export { eventually } from './testing/eventually.js';
export { openTestDatabase, type TemplateStep, type TestDatabase } from './testing/test-database.js';
export { type ColumnReport, KeyRotation } from './rotation/key-rotation.js';
export { type SealedColumn } from './rotation/sealed-column.js';
export { sqlState } from './sql-state.js';
export { afterCommit, row, rows, type Statement, type Tx, type Values } from './transaction.js';
export { isReadOnly, isUnavailable, OutcomeUnknown } from './unavailable.js';
