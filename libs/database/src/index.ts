export { Database, ReceivingDatabase, row, rows, sqlState, type Statement, type Tx } from './database.js';
export { isId, newId } from './id.js';
export { migrate } from './migrate.js';
export { openTestDatabase, type TemplateStep, type TestDatabase } from './testing/test-database.js';
