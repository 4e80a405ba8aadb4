/** How to hear of events: the part of docs/events.md that is no table. Its program is tried in test/events/webhooks.e2e-spec.ts. */
export const EVENTS_GUIDE = `## Reading the stream

\`API\`, \`AUTH\` and \`JSON\` are those of the [README](../README.md#the-agents-side):

\`\`\`sh
curl -sN -H "$AUTH" $API/events/stream
\`\`\`

The first event is \`stream.ready\`: read the lists then, and apply what follows. Each is an \`id\`, an \`event\` and one line of \`data\`
with the envelope. Who comes back with \`Last-Event-ID\` misses nothing and hears nothing twice; after \`resync_required\` read the
lists again. Every 15 seconds an \`id\` comes alone, which is no event: a sign of life, and the place to come back to.
Who hears nothing for 45 seconds has lost the connection. The stream ends with the access token, after 15 minutes: come back with a fresh one. An API key’s goes on.

From a browser: \`PARLEY_CORS_ORIGINS\` has to name its origin, and \`EventSource\` cannot send a token, so read with \`fetch\`.
[\`@parley/client\`](../libs/client/README.md) does all of this, there and on Node.

Who only asks now and then takes \`GET /v1/events?after=…\`, with a cursor from \`GET /v1/events/cursor\`.

## Taking webhooks

An admin names an address, and what it wants to hear of (\`types\`; everything where they are left out):

\`\`\`sh
curl -s -H "$AUTH" -H "$JSON" $API/webhook-endpoints \\
  -d '{"url":"https://crm.example.com/parley","types":["chat.opened","message.received"]}'
\`\`\`

The answer shows its \`secret\`, this once; \`POST /v1/webhook-endpoints/{endpointId}/secret\` gives a new one, and for a day everything is signed
with both. \`POST …/{endpointId}/test\` sends \`webhook.test\`, and \`GET …/{endpointId}/deliveries\` tells what became of it.

Each call is a POST with the envelope as JSON, signed as of [Standard Webhooks](https://www.standardwebhooks.com): check it with one of its
libraries, or so:

\`\`\`js
import { createHmac, timingSafeEqual } from 'node:crypto';

/** \`body\`: the bytes as they came, before anything has parsed them; \`secret\`: \`whsec_…\`, as it was shown. */
export function isFromParley(headers, body, secret) {
  const { 'webhook-id': id, 'webhook-timestamp': seconds, 'webhook-signature': signatures = '' } = headers;
  const isRecent = Math.abs(Date.now() / 1000 - Number(seconds)) < 300;
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const digest = createHmac('sha256', key).update(\`\${id}.\${seconds}.\`).update(body).digest('base64');
  const expected = Buffer.from(\`v1,\${digest}\`);
  const isExpected = (one) => one.length === expected.length && timingSafeEqual(Buffer.from(one), expected);
  return isRecent && signatures.split(' ').some(isExpected);
}
\`\`\`

Answer 2xx within 15 seconds, and do the work afterwards. Anything else, a redirect too, is tried again, with growing pauses, for three days
(\`Retry-After\` is obeyed); 410 ends it. Deliveries come at least once and in no promised order: keep in mind which \`webhook-id\` you have
seen, and tell later from earlier by \`at\` and \`seq\`. The address must be on the public internet, unless
\`PARLEY_HTTP_ALLOWED_ORIGINS\` names its origin.

An endpoint is told what happens while it is \`active\`. What happened before it was paused, or ended by 410, waits for it to be made
active again (\`PATCH …/{endpointId}\`). What happened meanwhile comes when it is asked for, as long as the log has it:
\`POST …/{endpointId}/replay\` with \`from\` and \`until\`.`;
