export { EventFeed, type EventFeedOptions, type FeedEvent } from './event-feed.js';
