import type { Bubble } from '../conversations.js';

/** A bubble for whoever looks at the phone: with the fate of what the customer wrote, and whether a button still spins. */
export function bubbleView({ event, wire: _, press, files, ...bubble }: Bubble): unknown {
  const view = { ...bubble, ...(files && { files: files.map(addressed) }), ...(press && { press: pressView(press) }) };
  if (!event) return view;
  const last = event.attempts.at(-1);
  const problem = event.state === 'pending' && last ? (last.status ?? last.error) : undefined;
  return { ...view, state: event.state, attempts: event.attempts.length, ...(problem !== undefined && { problem }) };
}

function pressView({ payload, expiresAt, answeredAt, notice }: NonNullable<Bubble['press']>): unknown {
  const state = answeredAt !== undefined ? 'answered' : expiresAt > Date.now() ? 'spinning' : 'expired';
  return { payload, state, ...(notice !== undefined && { notice }) };
}

function addressed(file: NonNullable<Bubble['files']>[number]): unknown {
  return { ...file, url: `/_sim/files/${file.id}/${encodeURIComponent(file.name)}` };
}
