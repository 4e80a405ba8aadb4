export { Database, ReceivingDatabase, row, rows, sqlState, type Statement, type Tx } from './database.js';
export { isId, newId } from './id.js';
