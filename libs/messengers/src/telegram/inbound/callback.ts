import { arrayOf, at, eventKey, has, idOf, textOf } from '#messenger-kit';
import type { InboundEvent } from '#messenger-kit';
import { ignored, malformed, messageKey, senderOf, type Update } from './update.js';

/**
 * A pressed button. The update has no time of its own: `message.date` is when the buttons were sent, and 0 where the
 * message is no longer accessible.
 */
export function callback({ source, content }: Update): InboundEvent {
  const id = idOf(at(content, 'id'));
  const person = idOf(at(content, 'from', 'id'));
  if (id === undefined || person === undefined) return malformed(source, 'callback_without_id', content);
  const key = eventKey('callback', id);
  const reason = whyNotAnAnswer(content, person);
  if (reason !== undefined) return ignored(source, key, reason);
  const payload = textOf(at(content, 'data'));
  if (payload === undefined) return ignored(source, key, 'game');
  const title = labelOf(content, payload) ?? payload;
  const asked = idOf(at(content, 'message', 'message_id'));
  return {
    kind: 'message',
    source,
    key,
    sender: senderOf(at(content, 'from'), person),
    externalId: key,
    content: {
      text: title,
      choice: { title, payload },
      ...(asked !== undefined && { replyTo: messageKey(person, asked) }),
    },
    acknowledge: id,
  };
}

function whyNotAnAnswer(content: unknown, person: string): string | undefined {
  const chat = idOf(at(content, 'message', 'chat', 'id'));
  if (chat === undefined) return 'inline_callback';
  if (chat !== person) return 'group';
  return has(at(content, 'message'), 'business_connection_id') ? 'business' : undefined;
}

/** The label that was pressed is not in the update, but on the keyboard that comes along. */
function labelOf(callbackQuery: unknown, data: string): string | undefined {
  const buttons = arrayOf(at(callbackQuery, 'message', 'reply_markup', 'inline_keyboard')).flatMap(arrayOf);
  const pressed = buttons.find((button) => textOf(at(button, 'callback_data')) === data);
  return textOf(at(pressed, 'text'));
}
