import { setTimeout as sleep } from 'node:timers/promises';
import { shown, type StoredFile } from '../files.js';
import type { Call } from '../http/call.js';
import type { Fields } from '../http/fields.js';
import { randomText } from '../ids.js';
import type { SentEvent } from '../ledger.js';
import { checkMessage } from '../meta/check-message.js';
import { GraphError, invalidParameter } from '../meta/graph-error.js';
import { mediaUrl } from '../meta/media-host.js';
import { mediaOf } from '../meta/outgoing-media.js';
import { checkThread, quickReplies } from '../meta/send-api.js';
import { actOn } from '../meta/sender-actions.js';
import { shownTemplate } from '../meta/template.js';
import type { Token } from '../meta/tokens.js';
import type { World } from '../world.js';
import type { InstagramAccount } from './instagram-account.js';

const MAX_TEXT_BYTES = 1_000;
const MAX_IMAGES = 10;
const PATIENCE_MS = 5_000;
const FORMATS: Readonly<Record<string, RegExp>> = {
  image: /^image\/(png|jpeg|gif)$/,
  audio: /^audio\/(aac|mp4|x-m4a|m4a|wav|x-wav|wave|vnd\.wave)$/,
  video: /^video\/(mp4|ogg|x-msvideo|avi|quicktime|webm)$/,
  file: /^application\/pdf$/,
};

/** Long, as they are in real life. */
export const newMid = () => `aWdf${randomText(150)}`;

/** `POST /{account}/messages`: checks as Instagram does, shows the message on the person's phone, sends the echo. */
export class MessagesEdge {
  constructor(
    private readonly world: World,
    private readonly ownUrl: () => string,
  ) {}

  async send(account: InstagramAccount, token: Token, call: Call): Promise<unknown> {
    const { fields } = call;
    const { throttle } = this.world.behaviour;
    if (throttle) account.throttle.pass(account.id, throttle);
    const personId = recipientOf(account, fields);
    checkThread(account, token, personId);
    const key = { messenger: 'instagram', account: account.id, personId } as const;
    const action = fields.text('sender_action');
    if (action !== undefined) {
      const reaction = fields.object('payload')?.text('reaction');
      if (action === 'react' && reaction !== 'love')
        throw invalidParameter('Param payload[reaction] must be one of {LOVE}');
      actOn(this.world.conversations, key, action, fields);
      return { recipient_id: personId };
    }
    const message = fields.object('message');
    checkMessage(message);
    if (Buffer.byteLength(message.text('text') ?? '') > MAX_TEXT_BYTES) {
      throw invalidParameter(`Length of param message[text] must be less than or equal to ${MAX_TEXT_BYTES}`);
    }
    this.checkWindow(account, personId, fields);
    const { files } = await mediaOf(this.world.files, account, message, { ...call, files: [] });
    checkFiles(files);
    const [mid, at, replyTo] = [newMid(), Date.now(), fields.object('reply_to')?.text('mid')];
    const attachment = message.object('attachment');
    const payload = attachment?.text('type') === 'template' ? attachment.object('payload') : undefined;
    const template = payload && shownTemplate(payload);
    const buttons = [...(template?.buttons ?? []), ...quickReplies(message)];
    const text = message.text('text');
    this.world.conversations.add(key, {
      id: mid,
      from: 'business',
      text: text ?? template?.text,
      ...(files.length && { files: files.map(shown) }),
      ...(buttons.length && { buttons }),
      replyTo,
      at,
    });
    const attachments = template ? [attachment?.values] : files.map((file) => this.attachmentOf(file));
    const said = { ...(text !== undefined && { text }), ...(attachments.length > 0 && { attachments }) };
    const quoted = replyTo === undefined ? {} : { reply_to: { mid: replyTo } };
    await this.tellEcho(account, personId, at, { mid, is_echo: true, ...said, ...quoted });
    return { recipient_id: personId, message_id: mid };
  }

  private attachmentOf(file: StoredFile): object {
    return { type: file.kind, payload: { url: mediaUrl(this.ownUrl(), file) } };
  }

  /** Before the call is answered, with the answer, or never. It brings nothing back of what was sent along. */
  private async tellEcho(
    account: InstagramAccount,
    personId: string,
    timestamp: number,
    message: object,
  ): Promise<void> {
    const { echo, echoDelayMs } = this.world.behaviour;
    const frame = { sender: { id: account.id }, recipient: { id: personId }, timestamp };
    const tell = () => this.world.instagram.events.send(account, [{ ...frame, message }]);
    if (echo === 'with') this.world.later.in(echoDelayMs, () => void tell());
    if (echo !== 'before') return;
    await sleep(echoDelayMs);
    const tried = ({ state, attempts }: SentEvent) => state !== 'pending' || attempts.length > 0;
    const events = tell();
    await this.world.ledger.waitFor(() => events.every(tried), PATIENCE_MS).catch(() => undefined);
  }

  /** A type of message may be left out; of tags there is one. */
  private checkWindow(account: InstagramAccount, personId: string, fields: Fields): void {
    const type = fields.text('messaging_type') ?? 'RESPONSE';
    if (type !== 'RESPONSE' && type !== 'MESSAGE_TAG') throw invalidParameter('Param messaging_type is not valid');
    const tagged = type === 'MESSAGE_TAG';
    if (tagged && fields.text('tag') !== 'HUMAN_AGENT') throw invalidParameter('Invalid parameter');
    const { behaviour } = this.world;
    if (tagged && !behaviour.humanAgent) {
      throw new GraphError({ message: '(#10) This application does not have the Human Agent feature', code: 10 });
    }
    const window = behaviour.window ? account.window(personId, Date.now()) : 'standard';
    if (window === 'standard' || (window === 'human_agent' && tagged)) return;
    const message = '(#10) This message is sent outside of allowed window.';
    throw new GraphError({ message, code: 10, subcode: 2534022 });
  }
}

function recipientOf(account: InstagramAccount, fields: Fields): string {
  const personId = fields.object('recipient')?.text('id');
  if (!personId) throw invalidParameter('The parameter recipient is required');
  const standing = account.standing(personId);
  if (standing === 'stranger') throw invalidParameter('The requested user cannot be found.', 2534014);
  if (standing === 'met') return personId;
  throw new GraphError({ message: "(#551) This person isn't available right now.", code: 551 });
}

function checkFiles(files: readonly StoredFile[]): void {
  if (files.length > MAX_IMAGES) throw invalidParameter('Param message[attachments] has too many elements');
  if (files.every(({ kind, type }) => FORMATS[kind]?.test(type))) return;
  throw invalidParameter('Upload attachment failure: the format is not supported', 2018047);
}
