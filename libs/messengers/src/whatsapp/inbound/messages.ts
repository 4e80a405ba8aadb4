import { at, cleanName, eventKey, has, textOf } from '#messenger-kit';
import type { EditEvent, InboundEvent, Sender } from '#messenger-kit';
import { wamidOf } from '../wamid.js';
import { contentOf } from './content.js';
import { ignored, malformed, whenOf, type Item } from './item.js';
import { personOf, senderOf } from './person.js';

/** Something that happened to a message, with an id of its own. */
type Change = (item: Item, id: string, by: Sender | 'account') => InboundEvent;

const CHANGES: ReadonlyMap<string, Change> = new Map([
  ['reaction', reaction],
  ['edit', edit],
  ['revoke', revocation],
]);

/** What makes no bubble. */
const SILENT: ReadonlyMap<string, string> = new Map([
  ['user_changed_number', 'number_changed'],
  ['user_changed_user_id', 'user_id_changed'],
]);

/** An item of `messages[]`: a person said or did something. */
export function message(item: Item): InboundEvent {
  const { source, wire } = item;
  const id = wamidOf(at(wire, 'id'));
  const type = textOf(at(wire, 'type'));
  if (id === undefined) return malformed(source, 'message_without_id', wire);
  if (type === 'system') {
    return ignored(source, SILENT.get(textOf(at(wire, 'system', 'type')) ?? '') ?? 'system_message', wire);
  }
  if (type === 'request_welcome') return ignored(source, 'chat_opened', wire);
  // Nobody could be answered there: an answer goes to a person.
  if (has(wire, 'group_id')) return ignored(source, 'group', wire);
  const sender = senderOf(item);
  if (!sender) return malformed(source, 'no_sender', wire);
  const change = CHANGES.get(type ?? '');
  if (change) return change(item, id, sender);
  const sentAt = whenOf(item);
  return {
    kind: 'message',
    source,
    key: eventKey('message', id),
    sender,
    externalId: id,
    ...(sentAt && { sentAt, sentWithinMs: 1000 }),
    content: contentOf(wire),
  };
}

/** An item of `message_echoes[]`: somebody of ours wrote in the WhatsApp Business app. What goes through the API is not echoed. */
export function echo(item: Item): InboundEvent {
  const { source, wire } = item;
  const id = wamidOf(at(wire, 'id'));
  if (id === undefined) return malformed(source, 'echo_without_id', wire);
  const change = CHANGES.get(textOf(at(wire, 'type')) ?? '');
  if (change) return change(item, id, 'account');
  const recipient = personOf(item, { userId: at(wire, 'to_user_id'), phone: at(wire, 'to') });
  if (!recipient) return malformed(source, 'no_recipient', wire);
  const sentAt = whenOf(item);
  return {
    kind: 'echo',
    source,
    key: eventKey('echo', id),
    recipient,
    externalId: id,
    ...(sentAt && { sentAt }),
    content: contentOf(wire),
  };
}

/** One per person and message; without an emoji it was taken back. */
function reaction({ source, wire, ...item }: Item, id: string, by: Sender | 'account'): InboundEvent {
  const target = wamidOf(at(wire, 'reaction', 'message_id'));
  if (target === undefined) return malformed(source, 'reaction_without_target', wire);
  const emoji = cleanName(textOf(at(wire, 'reaction', 'emoji')));
  const time = whenOf({ source, wire, ...item });
  return {
    kind: 'reaction',
    source,
    key: eventKey('reaction', id),
    target,
    ...(time && { at: time }),
    rank: 0,
    by,
    emojis: emoji === undefined ? [] : [emoji],
  };
}

/** The whole new content. */
function edit({ source, wire, ...item }: Item, id: string, by: Sender | 'account'): InboundEvent {
  const target = wamidOf(at(wire, 'edit', 'original_message_id'));
  if (target === undefined) return malformed(source, 'edit_without_target', wire);
  const said = saidAnew(at(wire, 'edit', 'message'));
  if (!said) return malformed(source, 'edit_without_content', wire);
  const time = whenOf({ source, wire, ...item });
  return {
    kind: 'edit',
    source,
    key: eventKey('edit', id),
    target,
    ...(time && { at: time }),
    rank: 0,
    ...(by !== 'account' && { by }),
    ...said,
  };
}

/** A caption without its file is a new one of the file that is here. */
function saidAnew(wire: unknown): Pick<EditEvent, 'content' | 'textOnly'> | undefined {
  const content = contentOf(wire);
  const { unsupported, text } = content;
  if (!unsupported) return { content };
  return text === undefined ? undefined : { content: { text }, textOnly: true };
}

function revocation({ source, wire, ...item }: Item, id: string): InboundEvent {
  const target = wamidOf(at(wire, 'revoke', 'original_message_id'));
  if (target === undefined) return malformed(source, 'deletion_without_target', wire);
  const time = whenOf({ source, wire, ...item });
  return { kind: 'deletion', source, key: eventKey('deletion', id), target, ...(time && { at: time }), rank: 0 };
}
