import { drawBubble } from './bubbles.js';
import { openComposer, writeAbout } from './composer.js';
import { ask, byId, clock, element, initials, MESSENGERS, messengerIcon, tone } from './dom.js';
import { drawWire } from './wire.js';

/* The customer's side: choose who writes to whom, write, and see both sides. */

const state = { accounts: [], people: [], account: undefined, person: undefined, shown: new Set() };
let chosen;

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
  for (const id of ['text', 'send', 'attach']) byId(id).disabled = !speaking();
  byId('block').hidden = !speaking();
}

async function select(change) {
  Object.assign(state, change);
  chosen = undefined;
  writeAbout(undefined);
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

const ACTS = {
  press: (who, bubble, button) => ask('/presses', { ...who, messageId: bubble.id, ...button }),
  react: (who, bubble, { emojis }) => ask('/reactions', { ...who, messageId: bubble.id, emojis }),
  delete: (who, bubble) => ask('/deletions', { ...who, messageId: bubble.id }),
  reply: async (_, bubble) => writeAbout('reply', bubble),
  edit: async (_, bubble) => writeAbout('edit', bubble),
};

/** What the customer does with a message. Choosing one shows what can be done. */
async function act(what, bubble, more) {
  chosen = what === 'choose' && chosen !== bubble.id ? bubble.id : undefined;
  await ACTS[what]?.(speaking(), bubble, more).catch(failed);
  await drawConversation();
}

function failed(problem) {
  byId('problem').textContent = problem.message;
  byId('problem').hidden = false;
  setTimeout(() => (byId('problem').hidden = true), 5_000);
}

function drawPhone(phone, data) {
  byId('block').textContent = phone.blocked ? 'Unblock' : 'Block';
  const seen = phone.seenAt && data.some(({ from, at }) => from === 'customer' && at <= phone.seenAt);
  const lines = [];
  if (seen) lines.push(element('li', { class: 'meta of-customer' }, `Seen ${clock(phone.seenAt)}`));
  if (phone.blocked) lines.push(element('li', { class: 'day' }, 'You blocked this account'));
  if (phone.typing) {
    const dots = element('li', { class: 'bubble business typing', 'aria-label': 'is writing' });
    lines.push(Object.assign(dots, { textContent: '• • •' }));
    setTimeout(draw, 1_000);
  }
  return lines;
}

function drawOne(bubble, data, next) {
  const fresh = !state.shown.has(bubble.id);
  state.shown.add(bubble.id);
  const quoted = bubble.replyTo && data.find(({ id }) => id === bubble.replyTo);
  const { messenger } = state.account;
  return drawBubble(bubble, { messenger, quoted, next, fresh, chosen: chosen === bubble.id }, act);
}

async function drawConversation() {
  const who = speaking();
  const list = byId('bubbles');
  if (!who) return list.replaceChildren(element('li', { class: 'empty' }, 'No account to write to yet.'));
  const { data, phone } = await ask(`/conversation?${new URLSearchParams(who)}`);
  const drawn = JSON.stringify([who, data, phone, chosen]);
  if (drawn === list.dataset.drawn || JSON.stringify(who) !== JSON.stringify(speaking())) return;
  list.dataset.drawn = drawn;
  const day = element(
    'li',
    { class: 'day' },
    new Date().toLocaleDateString([], { weekday: 'long', day: 'numeric', month: 'long' }),
  );
  const empty = element('li', { class: 'empty' }, `Say hello to ${state.account.name}. An agent will see it at once.`);
  const bubbles = data.flatMap((bubble, index) => drawOne(bubble, data, data[index + 1]));
  const stay = chosen && list.scrollTop;
  list.replaceChildren(...(data.length ? [day, ...bubbles] : [empty]), ...drawPhone(phone, data));
  list.scrollTop = stay ?? list.scrollHeight;
  if (data.at(-1)?.from === 'business' && who.messenger === 'facebook' && document.hasFocus())
    reportRead(who, data.at(-1).id);
}

let lastRead;
function reportRead(who, id) {
  if (lastRead !== id) ask('/reads', who).catch(() => undefined);
  lastRead = id;
}

/* ---- typing ---- */

openComposer(speaking, failed);

byId('block').addEventListener('click', async () => {
  const blocked = byId('block').textContent === 'Unblock';
  await ask(blocked ? '/unblocks' : '/blocks', speaking()).catch(failed);
  await draw();
});

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
