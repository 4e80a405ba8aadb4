/** What stands in the large file of the bundle: the server as a program, and its parts for who starts it inside another one. */
export { loadConfig } from './config.js';
export { serverLog } from './log/server-log.js';
export { runServer } from './run-server.js';
export { startServer } from './server.js';
