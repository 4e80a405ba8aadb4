export type { components, operations, paths } from './api-types.js';
export { EventFeed, isEvent, type EventFeedOptions, type EventOf, type FeedEvent } from './event-feed.js';
export { ParleyClient, type Call, type ParleyClientOptions } from './parley-client.js';
export { ProblemError, type Problem } from './problem-error.js';
export type { Tokens } from './session.js';
