import type { Bubble } from '../conversations.js';
import { shown } from '../files.js';
import type { Call } from '../http/call.js';
import type { Fields } from '../http/fields.js';
import type { World } from '../world.js';
import { givenMedia } from './given-media.js';
import { keysOf } from './keyboard.js';
import type { Known, ViberBot } from './viber-bot.js';
import { badData, missingData, tooManyRequests, ViberError } from './viber-error.js';
import { billingStatusOf } from './viber-events.js';

const MAX_BYTES = 30 * 1024;
const MAX_TEXT = 7_000;
const MAX_CAPTION = 768;
const MAX_TRACKING = 4_000;
const MAX_NAME = 28;
const HOUR = 3_600_000;
const UNANSWERED_AN_HOUR = 100;

export interface Accepted {
  readonly token: string;
  readonly billingStatus: number;
}

type Said = Pick<Bubble, 'text' | 'files'>;

/** `send_message`: checks as Viber does, shows the message on the person's phone, tells when it has arrived there. */
export async function sendMessage(world: World, bot: ViberBot, { fields, body }: Call): Promise<Accepted> {
  if (!bot.webhook) throw new ViberError(10, 'webhookNotSet');
  if (body.length > MAX_BYTES) throw badData('the request is larger than 30 KB');
  const known = receiverOf(bot, fields);
  checkSender(fields);
  const tracking = fields.text('tracking_data');
  if ((tracking?.length ?? 0) > MAX_TRACKING) throw badData('tracking_data is too long');
  const buttons = keysOf(fields);
  const said = await contentOf(world, bot, fields);
  if (known.standing !== 'subscribed') throw new ViberError(6, 'receiverNotSubscribed');
  countUnanswered(known);
  if (tracking !== undefined) known.tracking = tracking;
  const token = world.viberBots.nextToken();
  const key = { messenger: 'viber', account: bot.id, personId: known.userId } as const;
  const bubble = { id: token, from: 'business', ...said, at: Date.now() } as const;
  world.conversations.add(key, { ...bubble, ...(buttons.length > 0 && { buttons }) });
  const { deliveryReceipts, echoDelayMs } = world.behaviour;
  if (deliveryReceipts) world.later.in(echoDelayMs, () => tellReceipt(world, bot, known, 'delivered', token));
  return { token, billingStatus: billingStatusOf(known) };
}

/** What became of a message of the bot's. */
export function tellReceipt(world: World, bot: ViberBot, known: Known, event: string, token: string, desc?: string) {
  const content = { user_id: known.userId, ...(desc !== undefined && { desc }) };
  return world.viberEvents.send(bot, known, { event, token, content });
}

function receiverOf(bot: ViberBot, fields: Fields): Known {
  const receiver = fields.text('receiver');
  if (!receiver) throw missingData('receiver');
  const known = bot.byUserId(receiver);
  if (!known) throw new ViberError(5, 'receiverNotRegistered');
  return known;
}

function checkSender(fields: Fields): void {
  const name = fields.object('sender')?.text('name');
  if (!name) throw missingData('sender.name');
  if (name.length > MAX_NAME) throw badData('sender.name is too long');
  const version = fields.number('min_api_version') ?? 1;
  if (!Number.isInteger(version) || version < 1) throw badData('min_api_version');
}

async function contentOf(world: World, bot: ViberBot, fields: Fields): Promise<Said> {
  const type = fields.text('type');
  const text = fields.text('text');
  if (!type) throw missingData('type');
  if (type === 'text') {
    if (!text?.trim()) throw missingData('text');
    if (text.length > MAX_TEXT) throw badData('text is too long');
    return { text };
  }
  if (type === 'url') return { text: neededUrl(fields) };
  if (text !== undefined && (type !== 'picture' || text.length > MAX_CAPTION))
    throw badData('text is not allowed here');
  return { text, files: [shown(await givenMedia(world.files, bot, type, fields))] };
}

function neededUrl(fields: Fields): string {
  const media = fields.text('media');
  if (!media) throw missingData('media');
  if (media.length > 2_000 || !URL.canParse(media)) throw badData('media');
  return media;
}

/** An answer begins a new count. */
function countUnanswered(known: Known): void {
  const now = Date.now();
  known.unanswered = known.unanswered.filter((at) => now - at < HOUR);
  if (known.unanswered.length >= UNANSWERED_AN_HOUR) throw tooManyRequests();
  known.unanswered.push(now);
}
