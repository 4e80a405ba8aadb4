import { ask, byId } from './dom.js';
import { summary } from './bubbles.js';

/* Where the customer types: a new message, an answer to one, or another wording of one. */

let about;

const text = byId('text');
const kindOf = (type) => ['image', 'video', 'audio'].find((kind) => type.startsWith(`${kind}/`)) ?? 'file';

function grow() {
  text.style.height = 'auto';
  text.style.height = `${Math.min(text.scrollHeight, 120)}px`;
}

/** `how` is `reply` or `edit`; without it the next message stands alone. */
export function writeAbout(how, bubble) {
  about = how && { how, id: bubble.id };
  byId('about').hidden = !about;
  byId('about-what').textContent = about ? `${how === 'edit' ? 'Edit' : 'Reply to'}: ${summary(bubble)}` : '';
  text.value = how === 'edit' ? bubble.text : '';
  grow();
  text.focus();
}

async function submit(speaking) {
  const written = text.value.trim();
  const who = speaking();
  if (!written || !who) return;
  const { how, id } = about ?? {};
  writeAbout(undefined);
  if (how === 'edit') await ask('/edits', { ...who, messageId: id, text: written });
  else await ask('/messages', { ...who, text: written, ...(how && { replyTo: id }) });
}

function base64Of(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(',') + 1));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(file);
  });
}

async function sendFiles(who, chosen) {
  const files = await Promise.all(
    chosen.map(async (file) => {
      const type = file.type || 'application/octet-stream';
      return { kind: kindOf(type), name: file.name, type, base64: await base64Of(file) };
    }),
  );
  const caption = text.value.trim() || undefined;
  writeAbout(undefined);
  if (files.length > 1) await ask('/albums', { ...who, files, caption });
  else await ask('/files', { ...who, ...files[0], caption });
}

/** `speaking` tells who writes to whom, `failed` shows what went wrong. */
export function openComposer(speaking, failed) {
  byId('composer').addEventListener('submit', (event) => {
    event.preventDefault();
    submit(speaking).catch(failed);
  });
  text.addEventListener('keydown', (key) => {
    if (key.key === 'Escape') writeAbout(undefined);
    if (key.key !== 'Enter' || key.shiftKey || key.isComposing) return;
    key.preventDefault();
    byId('composer').requestSubmit();
  });
  text.addEventListener('input', grow);
  byId('about-cancel').addEventListener('click', () => writeAbout(undefined));
  byId('attach').addEventListener('click', () => byId('files').click());
  byId('files').addEventListener('change', () => {
    const chosen = [...byId('files').files];
    byId('files').value = '';
    const who = speaking();
    if (who && chosen.length > 0) sendFiles(who, chosen).catch(failed);
  });
}
