import { ask, byId, clock, element, initials, MESSENGERS, messengerIcon, tone } from './dom.js';
import { drawWire } from './wire.js';

/* The customer's side: choose who writes to whom, write, and see both sides. */

const state = { accounts: [], people: [], account: undefined, person: undefined, shown: new Set() };

const accountKey = (account) => `${account.messenger} ${account.id}`;
const speaking = () =>
  state.account &&
  state.person && { messenger: state.account.messenger, account: state.account.id, person: state.person.id };

/* ---- choosing ---- */

function choice(selected, avatar, title, subtitle, choose) {
  const button = element(
    'button',
    { type: 'button', class: 'choice', role: 'radio', 'aria-checked': String(selected) },
    avatar,
    element('span', {}, element('strong', {}, title), element('small', {}, subtitle)),
  );
  button.addEventListener('click', choose);
  return button;
}

function drawChoices() {
  byId('accounts').replaceChildren(
    ...state.accounts.map((account) =>
      choice(
        account === state.account,
        element('span', { class: 'avatar', 'data-tone': account.messenger }, messengerIcon(account.messenger)),
        account.name,
        `${MESSENGERS[account.messenger].name} · ${account.handle}`,
        () => select({ account }),
      ),
    ),
  );
  byId('people').replaceChildren(
    ...state.people.map((person) =>
      choice(
        person === state.person,
        element('span', { class: 'avatar', 'data-tone': tone(person.id) }, initials(person.name)),
        person.name,
        state.account ? `writes on ${MESSENGERS[state.account.messenger].name}` : '',
        () => select({ person }),
      ),
    ),
  );
}

function drawHead() {
  const { account } = state;
  document.body.dataset.messenger = account?.messenger ?? '';
  byId('head-name').textContent = account?.name ?? 'No account yet';
  byId('head-handle').textContent = account?.handle ?? 'Create a bot or a Page first';
  byId('head-badge').textContent = account ? MESSENGERS[account.messenger].name : '';
  const avatar = byId('head-avatar');
  avatar.dataset.tone = account?.messenger ?? '';
  avatar.replaceChildren(...(account ? [messengerIcon(account.messenger)] : []));
  byId('text').disabled = byId('send').disabled = !speaking();
}

async function select(chosen) {
  Object.assign(state, chosen);
  state.shown.clear();
  localStorage.setItem(
    'chosen',
    JSON.stringify({ account: state.account && accountKey(state.account), person: state.person?.id }),
  );
  drawChoices();
  drawHead();
  byId('bubbles').dataset.drawn = '';
  await drawConversation();
  byId('text').focus();
}

async function loadAccounts() {
  const { accounts, people } = await ask('/accounts');
  const known = JSON.stringify([state.accounts, state.people]);
  if (known === JSON.stringify([accounts, people])) return;
  const remembered = JSON.parse(localStorage.getItem('chosen') ?? '{}');
  const wantedAccount = state.account ? accountKey(state.account) : remembered.account;
  const wantedPerson = state.person?.id ?? remembered.person;
  Object.assign(state, { accounts, people });
  state.account = accounts.find((account) => accountKey(account) === wantedAccount) ?? accounts[0];
  state.person = people.find((person) => person.id === wantedPerson) ?? people[0];
  drawChoices();
  drawHead();
}

/* ---- the conversation ---- */

function fate(bubble) {
  if (bubble.from === 'business' || !bubble.state) return element('span', {}, clock(bubble.at));
  const [style, text] = {
    delivered: ['ok', '✓✓ delivered'],
    pending: bubble.problem ? ['bad', `↻ trying again (${bubble.problem})`] : ['', '◷ sending'],
    unsubscribed: ['bad', '✕ nobody is connected to this account'],
    expired: ['bad', '✕ never taken'],
    discarded: ['bad', '✕ thrown away'],
  }[bubble.state];
  return element('span', {}, `${clock(bubble.at)} · `, element('span', { class: style }, text));
}

function pressable(bubble) {
  return element(
    'li',
    { class: 'buttons' },
    ...bubble.buttons.map(({ title, payload }) => {
      const button = element('button', { type: 'button' }, title);
      button.addEventListener('click', () => ask('/presses', { ...speaking(), messageId: bubble.id, title, payload }));
      return button;
    }),
  );
}

function drawBubble(bubble, next) {
  const fresh = !state.shown.has(bubble.id);
  state.shown.add(bubble.id);
  const item = element('li', { class: `bubble ${bubble.from}${fresh ? ' fresh' : ''}` });
  if (bubble.file) item.append(element('span', { class: 'file' }, `📎 ${bubble.file.name}`));
  item.append(bubble.text ?? '');
  const drawn = [item];
  if (bubble.buttons) drawn.push(pressable(bubble));
  const together = next && next.from === bubble.from && next.at - bubble.at < 60_000 && next.state === bubble.state;
  if (!together) drawn.push(element('li', { class: `meta of-${bubble.from}` }, fate(bubble)));
  return drawn;
}

async function drawConversation() {
  const who = speaking();
  const list = byId('bubbles');
  if (!who) return list.replaceChildren(element('li', { class: 'empty' }, 'No account to write to yet.'));
  const { data } = await ask(`/conversation?${new URLSearchParams(who)}`);
  const drawn = JSON.stringify([who, data]);
  if (drawn === list.dataset.drawn || JSON.stringify(who) !== JSON.stringify(speaking())) return;
  list.dataset.drawn = drawn;
  const day = element(
    'li',
    { class: 'day' },
    new Date().toLocaleDateString([], { weekday: 'long', day: 'numeric', month: 'long' }),
  );
  const empty = element('li', { class: 'empty' }, `Say hello to ${state.account.name}. An agent will see it at once.`);
  const bubbles = data.flatMap((bubble, index) => drawBubble(bubble, data[index + 1]));
  list.replaceChildren(...(data.length ? [day, ...bubbles] : [empty]));
  list.scrollTop = list.scrollHeight;
  if (data.at(-1)?.from === 'business' && who.messenger === 'facebook' && document.hasFocus())
    reportRead(who, data.at(-1).id);
}

let lastRead;
function reportRead(who, id) {
  if (lastRead !== id) ask('/reads', who).catch(() => undefined);
  lastRead = id;
}

/* ---- typing ---- */

byId('composer').addEventListener('submit', async (submit) => {
  submit.preventDefault();
  const text = byId('text').value.trim();
  if (!text || !speaking()) return;
  byId('text').value = '';
  grow();
  await ask('/messages', { ...speaking(), text });
});

byId('text').addEventListener('keydown', (key) => {
  if (key.key !== 'Enter' || key.shiftKey || key.isComposing) return;
  key.preventDefault();
  byId('composer').requestSubmit();
});

function grow() {
  const text = byId('text');
  text.style.height = 'auto';
  text.style.height = `${Math.min(text.scrollHeight, 120)}px`;
}
byId('text').addEventListener('input', grow);

byId('newcomer').addEventListener('submit', async (submit) => {
  submit.preventDefault();
  const name = byId('newcomer-name').value.trim();
  if (!name) return;
  byId('newcomer-name').value = '';
  const created = await ask('/people', { name });
  await loadAccounts();
  await select({ person: state.people.find((person) => person.id === created.id) });
});

/* ---- live ---- */

let drawing = false;
let again = false;
async function draw() {
  if (drawing) return void (again = true);
  drawing = true;
  try {
    await loadAccounts();
    await Promise.all([drawConversation(), drawWire()]);
  } catch (problem) {
    console.warn(problem);
  } finally {
    drawing = false;
    if (again) setTimeout(draw, 0);
    again = false;
  }
}

function tick() {
  byId('clock').textContent = clock(Date.now());
}

const live = new EventSource('/_sim/live');
live.onopen = () => Object.assign(byId('link'), { textContent: 'online' }).setAttribute('data-on', 'true');
live.onerror = () => Object.assign(byId('link'), { textContent: 'offline' }).setAttribute('data-on', 'false');
live.onmessage = draw;
tick();
setInterval(tick, 10_000);
draw();
