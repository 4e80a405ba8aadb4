import { at, boundedId, eventKey, idOf, objectOf, textOf } from '#messenger-kit';
import type { InboundEvent } from '#messenger-kit';
import { choiceOf } from '../choice-data.js';
import { contentOf } from './content.js';
import { heard, ignored, malformed, personOf, whyNobody, type LineEvent } from './event.js';

export function message(event: LineEvent): InboundEvent {
  const { source, key, wire } = event;
  const nobody = whyNobody(event);
  if (nobody !== undefined) return ignored(event, nobody);
  const said = objectOf(wire['message']);
  const externalId = idOf(said?.['id']);
  const sender = personOf(event);
  if (!said || externalId === undefined || !sender) return malformed(source, 'message_without_id', wire);
  const content = heard(event, contentOf(said, externalId));
  return { kind: 'message', source, key, sender, externalId, ...(event.at && { sentAt: event.at }), content };
}

/** The whole new text. Of several the last by LINE's clock holds. */
export function edited(event: LineEvent): InboundEvent {
  const { source, key, wire } = event;
  const nobody = whyNobody(event);
  if (nobody !== undefined) return ignored(event, nobody);
  const said = objectOf(wire['message']);
  const target = idOf(said?.['id']);
  const by = personOf(event);
  if (!said || target === undefined || !by) return malformed(source, 'edit_without_id', wire);
  const content = contentOf(said, target);
  return { kind: 'edit', source, key, target, ...(event.at && { at: event.at }), rank: 0, by, content };
}

/** It may come before the message it takes back. */
export function unsend(event: LineEvent): InboundEvent {
  const { source, key, wire } = event;
  const nobody = whyNobody(event);
  if (nobody === 'group') return ignored(event, nobody);
  const target = idOf(at(wire, 'unsend', 'messageId'));
  if (target === undefined) return malformed(source, 'unsend_without_id', wire);
  return { kind: 'deletion', source, key, target, ...(event.at && { at: event.at }), rank: 0 };
}

/** https://developers.line.biz/en/reference/messaging-api/#postback-event; it is no message of LINE's and has no id but the event's. */
export function postback(event: LineEvent): InboundEvent {
  const { source, key, wire } = event;
  const nobody = whyNobody(event);
  if (nobody !== undefined) return ignored(event, nobody);
  const pressed = objectOf(wire['postback']);
  const params = objectOf(pressed?.['params']);
  if (params?.['newRichMenuAliasId'] !== undefined) return ignored(event, 'rich_menu_switch');
  const data = textOf(pressed?.['data']);
  const sender = personOf(event);
  if (data === undefined || !sender) return malformed(source, 'postback_without_data', wire);
  const picked = ['datetime', 'date', 'time'].flatMap((name) => textOf(params?.[name]) ?? [])[0];
  const choice = picked === undefined ? choiceOf(data) : { title: picked, payload: data };
  const content = heard(event, { text: choice.title, choice });
  const externalId = boundedId(eventKey('postback', key));
  return { kind: 'message', source, key, sender, externalId, ...(event.at && { sentAt: event.at }), content };
}
