export { WebhooksModule } from './webhooks.module.js';
export { WEBHOOKS_SEALED } from './endpoints.js';
