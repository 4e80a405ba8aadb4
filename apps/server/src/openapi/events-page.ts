import { EPHEMERAL_EVENTS, EVENTS, type EventKind } from '#events';
import { TEST_EVENT } from '#webhooks';
import { EVENTS_GUIDE } from './events-guide.js';

type Kinds = Readonly<Record<string, EventKind>>;

const HEAD = ['Type', 'What has happened', '`data`'] as const;

/** The page for people that lists all events: docs/events.md. */
export function eventsPage(): string {
  return `# Events

Written by \`npm run openapi\` from \`libs/events/src/event-map.ts\` and \`apps/server/src/openapi/events-guide.ts\`; do not edit.

What happens is told over \`GET /v1/events/stream\`, in \`GET /v1/events\` and to webhook endpoints, everywhere in the same
envelope: \`id\` (opaque, and the cursor behind the event), \`type\`, \`at\`, \`chatId\`, \`seq\` (the line’s number in its chat) and
\`data\`, the state after the change. The schema of each type and an example are in the \`webhooks\` section of
[the OpenAPI document](api/openapi.yaml). Types and members may be added: pass over what you do not know. How to hear of
them: [the stream](#reading-the-stream), [webhooks](#taking-webhooks).

## In the log

Kept for some days, told in order, and what webhook endpoints can ask for. Members with \`?\` may be missing.

${table(EVENTS)}

## On the stream only

True for a moment: without an id, and not repeated for who comes back.

${table(EPHEMERAL_EVENTS)}

## To webhook endpoints only

${table(TEST_EVENT)}

${EVENTS_GUIDE}
`;
}

/** As Prettier writes it. */
function table(kinds: Kinds): string {
  const lines = [HEAD, ...Object.entries(kinds).map(([type, kind]) => [`\`${type}\``, kind.summary, membersOf(kind)])];
  const widths = HEAD.map((_, column) => Math.max(...lines.map((cells) => cells[column]!.length)));
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  const [head, ...rows] = lines.map((cells) => `| ${cells.map((cell, n) => cell.padEnd(widths[n]!)).join(' | ')} |`);
  return [head, rule, ...rows].join('\n');
}

function membersOf({ data: { schema } }: EventKind): string {
  const isThere = (name: string) => schema.required?.includes(name);
  return Object.keys(schema.properties ?? {})
    .map((name) => `\`${name}${isThere(name) ? '' : '?'}\``)
    .join(', ');
}
