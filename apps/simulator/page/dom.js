/* All text from outside is put in as text nodes: nothing is ever read as HTML. */

export const byId = (id) => document.getElementById(id);
export const MESSENGERS = {
  telegram: { name: 'Telegram', icon: 'M3 11.6 21 4l-3 16-5.4-4-2.9 2.8-.4-4.5L17 7.5 7.4 13.3z' },
  facebook: {
    name: 'Messenger',
    icon: 'M12 3c5.2 0 9 3.7 9 8.4s-3.8 8.4-9 8.4c-.9 0-1.8-.1-2.6-.4L6 21v-3.2c-1.9-1.5-3-3.8-3-6.4C3 6.7 6.8 3 12 3zm-5 11 4-4.2 2.3 2.3L17 9.8l-4 4.2-2.3-2.3z',
  },
  instagram: {
    name: 'Instagram',
    icon: 'M8 3h8a5 5 0 0 1 5 5v8a5 5 0 0 1-5 5H8a5 5 0 0 1-5-5V8a5 5 0 0 1 5-5zm4 4.5a4.5 4.5 0 1 0 0 9 4.5 4.5 0 0 0 0-9zM17 6v2h2V6z',
  },
  viber: {
    name: 'Viber',
    icon: 'M5 3h14a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2h-6l-5 4v-4H5a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2zm4 4c-1 1-.5 3 1.5 5s4 2.500 5 1.500l-1.500-2-1.500.500-2-2 .500-1.500z',
  },
  line: {
    name: 'LINE',
    icon: 'M12 3c5 0 9 3.3 9 7.3 0 3.9-3.9 6.8-9 10.7v-3.5c-5-.2-9-3.2-9-7.2S7 3 12 3zm-4 5v5h3v-1.5H9.5V8zm4 0v5h1.5V8zm3 0v5h3v-1.5h-1.5V8z',
  },
  whatsapp: {
    name: 'WhatsApp',
    icon: 'M12 3a9 9 0 0 0-7.7 13.6L3 21l4.5-1.2A9 9 0 1 0 12 3zm-4 5h8v2H8zm0 4h6v2H8z',
  },
};

export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

export async function ask(path, body) {
  const response = await fetch(
    `/_sim${path}`,
    body && { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) },
  );
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer;
}

export const initials = (name) =>
  name
    .split(/\s+/)
    .map((word) => [...word][0] ?? '')
    .slice(0, 2)
    .join('')
    .toUpperCase();
export const tone = (text) => String([...text].reduce((sum, char) => sum + char.codePointAt(0), 0) % 5);
export const clock = (at) => new Date(at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });

export function messengerIcon(messenger) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  svg.setAttribute('viewBox', '0 0 24 24');
  path.setAttribute('d', MESSENGERS[messenger].icon);
  path.setAttribute('fill-rule', 'evenodd');
  svg.append(path);
  return svg;
}
