import { ask, byId, element } from './dom.js';

/* What went to the server and what came from it, newest first. */

const open = new Set();

function eventLine(event) {
  const last = event.attempts.at(-1);
  const code = last ? String(last.status ?? last.error) : event.state;
  const tries = event.attempts.length > 1 ? ` ×${event.attempts.length}` : '';
  const style = event.state === 'delivered' ? '' : event.state === 'pending' ? 'wait' : 'bad';
  return {
    key: event.n,
    out: true,
    title: `${event.kind} event`,
    detail: event.text ?? '',
    code: code + tries,
    style,
    body: event.body,
  };
}

function callLine(call) {
  const style = call.status === undefined ? 'wait' : call.status < 400 ? '' : 'bad';
  const body = `${call.verb} ${call.method}\n${JSON.stringify(call.body, null, 1)}\n\n→ ${call.answer ?? ''}`;
  const code = call.fault ? `${call.status ?? '—'} (${call.fault})` : String(call.status ?? '…');
  return { key: call.n, out: false, title: call.method, detail: call.text ?? '', code, style, body };
}

function drawLine(line) {
  const details = element(
    'details',
    {},
    element(
      'summary',
      {},
      element(
        'span',
        { class: `arrow ${line.out ? 'out' : ''}`, title: line.out ? 'to the server' : 'from the server' },
        line.out ? '↗' : '↙',
      ),
      element('span', { class: 'what' }, line.title, ' ', element('small', {}, line.detail)),
      element('span', { class: `code ${line.style}` }, line.code),
    ),
    element('pre', {}, line.body),
  );
  details.open = open.has(line.key);
  details.addEventListener('toggle', () => open[details.open ? 'add' : 'delete'](line.key));
  return element('li', {}, details);
}

export async function drawWire() {
  const [events, calls] = await Promise.all([ask('/events?limit=40'), ask('/calls?limit=40')]);
  const lines = [...events.data.map(eventLine), ...calls.data.map(callLine)].sort((a, b) => b.key - a.key).slice(0, 40);
  const nothing = element('li', { class: 'nothing' }, 'Quiet so far.');
  byId('wire').replaceChildren(...(lines.length ? lines.map(drawLine) : [nothing]));
}
