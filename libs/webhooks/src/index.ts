export { TEST_EVENT } from './test-event.js';
export { WebhooksModule } from './webhooks.module.js';
export { WEBHOOKS_SEALED } from './endpoints.js';
