import { clock, element } from './dom.js';

/* What one message looks like. `act` does what the customer chose: press, reply, edit, delete, react. */

const REACTIONS = ['👍', '❤️', '🔥', '😢'];
const SIZES = ['B', 'kB', 'MB'];

function sizeOf(bytes) {
  const step = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), 2);
  return `${Math.round((bytes / 1000 ** step) * 10) / 10} ${SIZES[step]}`;
}

function media(file) {
  const { kind, name, url, size, type } = file;
  if (['image', 'sticker', 'animation'].includes(kind) && type.startsWith('image/')) {
    return element('img', { class: kind, src: url, alt: name, loading: 'lazy' });
  }
  if (type.startsWith('video/')) return element('video', { src: url, controls: '', preload: 'metadata' });
  if (type.startsWith('audio/')) return element('audio', { src: url, controls: '', preload: 'none' });
  return element('a', { class: 'file', href: url, download: name }, `📎 ${name} `, element('small', {}, sizeOf(size)));
}

/** What stands for a message where there is little room. */
export function summary(bubble) {
  if (!bubble) return 'a message';
  if (bubble.deletedAt) return 'deleted';
  return bubble.text ?? bubble.files?.[0]?.name ?? (bubble.location ? 'a place' : bubble.contact?.name) ?? 'a message';
}

function content(bubble, quoted) {
  const parts = [];
  if (bubble.replyTo) parts.push(element('span', { class: 'quote' }, summary(quoted)));
  for (const file of bubble.files ?? []) parts.push(media(file));
  const { location, contact } = bubble;
  if (location) parts.push(`📍 ${location.title ?? ''} ${location.latitude}, ${location.longitude}`);
  if (contact) parts.push(`👤 ${contact.name} ${contact.phone}`);
  if (bubble.text) parts.push(element('span', {}, bubble.text));
  if (parts.length === 0) parts.push(element('em', {}, 'something this phone cannot show'));
  return parts;
}

function reactions({ customer = [], business }) {
  const all = [...customer, ...(business ? [business] : [])];
  return all.length ? [element('span', { class: 'reactions', title: 'Reactions' }, all.join(' '))] : [];
}

function button(label, title, press) {
  const made = element('button', { type: 'button', title, 'aria-label': title }, label);
  made.addEventListener('click', press);
  return made;
}

function choices(bubble, act) {
  const drawn = bubble.buttons.map(({ title, payload, url }) => {
    if (url) return element('a', { href: url, target: '_blank', rel: 'noopener noreferrer' }, `${title} ↗`);
    const made = button(title, title, () => act('press', bubble, { title, payload }));
    if (bubble.press?.payload === payload) made.dataset.press = bubble.press.state;
    return made;
  });
  const notice = bubble.press?.notice ? [element('small', { role: 'status' }, bubble.press.notice)] : [];
  return element('li', { class: 'buttons' }, ...drawn, ...notice);
}

/** What can be done with a message; shown when it is chosen. */
function tools(bubble, messenger, act) {
  const mine = bubble.from === 'customer';
  const has = bubble.reactions?.customer?.[0];
  const list = REACTIONS.map((emoji) =>
    button(emoji, emoji === has ? 'Take it back' : `React with ${emoji}`, () =>
      act('react', bubble, { emojis: emoji === has ? [] : [emoji] }),
    ),
  );
  list.push(button('↩', 'Reply', () => act('reply', bubble)));
  if (mine && bubble.text) list.push(button('✎', 'Edit', () => act('edit', bubble)));
  if (mine) list.push(button('🗑', messenger === 'facebook' ? 'Unsend' : 'Delete', () => act('delete', bubble)));
  return element('li', { class: `tools of-${bubble.from}` }, ...list);
}

function fate(bubble) {
  const when = `${clock(bubble.at)}${bubble.edits && !bubble.deletedAt ? ' · edited' : ''}`;
  if (bubble.from === 'business' || !bubble.state) return element('span', {}, when);
  const [style, text] = {
    delivered: ['ok', '✓✓ delivered'],
    pending: bubble.problem ? ['bad', `↻ trying again (${bubble.problem})`] : ['', '◷ sending'],
    unsubscribed: ['bad', '✕ nobody is connected to this account'],
    expired: ['bad', '✕ never taken'],
    discarded: ['bad', '✕ thrown away'],
  }[bubble.state];
  return element('span', {}, `${when} · `, element('span', { class: style }, text));
}

/** `around`: the messenger, the message before in quotes, the next one, whether it is new and whether it is chosen. */
export function drawBubble(bubble, around, act) {
  const { messenger, quoted, next, fresh, chosen } = around;
  const style = `bubble ${bubble.from}${fresh ? ' fresh' : ''}${bubble.deletedAt ? ' deleted' : ''}`;
  if (bubble.deletedAt) return [element('li', { class: style }, 'This message was deleted')];
  const item = element('li', { class: style, tabindex: '0' }, ...content(bubble, quoted));
  item.append(...reactions(bubble.reactions ?? {}));
  item.addEventListener('click', ({ target }) => target.closest('a, video, audio') ?? act('choose', bubble));
  item.addEventListener('keydown', ({ key, target }) => key === 'Enter' && target === item && act('choose', bubble));
  const drawn = [item];
  if (chosen) drawn.push(tools(bubble, messenger, act));
  if (bubble.buttons) drawn.push(choices(bubble, act));
  const together = next?.from === bubble.from && next.at - bubble.at < 60_000 && next.state === bubble.state;
  if (!together || bubble.edits) drawn.push(element('li', { class: `meta of-${bubble.from}` }, fate(bubble)));
  return drawn;
}
