import { arrayOf, at, cleanName, countOf, idOf, textOf } from '#messenger-kit';
import type { Attachment, AttachmentType, SharedContact, UntrustedObject } from '#messenger-kit';
import { nameOf, storyOf } from './elsewhere.js';
import { publicPage } from './web-address.js';

/** Makes attachments of one kind of content; none where it cannot be shown. */
type Make = (content: unknown, message: UntrustedObject) => readonly Attachment[];

/** What a message may hold, https://core.telegram.org/bots/api#message. Of twins the first is taken. */
export const ATTACHMENTS: ReadonlyMap<string, Make> = new Map<string, Make>([
  ['animation', (content) => fileOf('video', content, { form: 'animation' })],
  ['live_photo', livePhoto],
  ['photo', (sizes) => fileOf('image', largest(sizes))],
  ['video', (content) => fileOf('video', content)],
  ['video_note', (content) => fileOf('video', content, { form: 'round' })],
  ['audio', (content) => fileOf('audio', content, titled(at(content, 'performer'), at(content, 'title')))],
  ['voice', (content) => fileOf('audio', content, { form: 'voice' })],
  ['document', (content) => fileOf('file', content)],
  ['sticker', (content) => fileOf('sticker', content, sticker(content))],
  ['venue', (venue, message) => locationOf(at(venue, 'location') ?? message['location'], venue)],
  ['location', (location) => locationOf(location)],
  ['contact', contactOf],
  ['users_shared', usersShared],
  ['chat_shared', chatShared],
  ['poll', pollOf],
  ['story', (story) => storyOf(story)],
]);

function fileOf(type: AttachmentType, content: unknown, more: Partial<Attachment> = {}): Attachment[] {
  const reference = textOf(at(content, 'file_id'));
  const name = cleanName(textOf(at(content, 'file_name')));
  const mimeType = cleanName(textOf(at(content, 'mime_type')));
  const size = countOf(at(content, 'file_size'));
  const duration = countOf(at(content, 'duration'));
  if (reference === undefined) return [];
  return [
    {
      type,
      ...(name !== undefined && { name }),
      ...(mimeType !== undefined && { mimeType }),
      ...(size !== undefined && { size }),
      ...(duration !== undefined && { duration }),
      reference,
      ...more,
    },
  ];
}

/** A still picture with a short video; the picture is shown. */
function livePhoto(content: unknown, message: UntrustedObject): Attachment[] {
  const photo = fileOf('image', largest(message['photo'] ?? at(content, 'photo')));
  return photo.length > 0 ? photo : fileOf('video', content, { form: 'animation' });
}

/** A photo comes as sizes of one picture, as a rule the largest last. */
function largest(sizes: unknown): unknown {
  const area = (size: unknown): number => (countOf(at(size, 'width')) ?? 0) * (countOf(at(size, 'height')) ?? 0);
  return arrayOf(sizes).reduce((best: unknown, size) => (area(size) >= area(best) ? size : best), undefined);
}

function titled(...parts: readonly unknown[]): { title?: string } {
  const title = cleanName(parts.flatMap((part) => textOf(part) ?? []).join(' – '));
  return title === undefined ? {} : { title };
}

/** The emoji it stands for is its title. Telegram does not tell its type, which follows from two flags. */
function sticker(content: unknown): Partial<Attachment> {
  const still = at(content, 'is_animated') === true ? 'application/x-tgsticker' : 'image/webp';
  return { mimeType: at(content, 'is_video') === true ? 'video/webm' : still, ...titled(at(content, 'emoji')) };
}

function locationOf(location: unknown, venue?: unknown): Attachment[] {
  const latitude = degrees(at(location, 'latitude'), 90);
  const longitude = degrees(at(location, 'longitude'), 180);
  if (latitude === undefined || longitude === undefined) return [];
  const address = cleanName(textOf(at(venue, 'address')));
  const place = { latitude, longitude, ...titled(at(venue, 'title')), ...(address !== undefined && { address }) };
  return [{ type: 'location', location: place }];
}

function degrees(value: unknown, limit: number): number | undefined {
  return typeof value === 'number' && Math.abs(value) <= limit ? value : undefined;
}

function contactOf(contact: unknown): Attachment[] {
  const name = nameOf(contact);
  const phone = cleanName(textOf(at(contact, 'phone_number')));
  const email = cleanName(/^EMAIL[^:\r\n]{0,100}:(.{1,200})$/im.exec(textOf(at(contact, 'vcard')) ?? '')?.[1]);
  return contactWith({
    ...(name !== undefined && { name }),
    ...(phone !== undefined && { phone }),
    ...(email !== undefined && { email }),
  });
}

function contactWith(contact: SharedContact): Attachment[] {
  return Object.keys(contact).length > 0 ? [{ type: 'contact', contact }] : [];
}

/** People picked by a keyboard button. Before Bot API 7.2 they were ids alone. */
function usersShared(shared: unknown): Attachment[] {
  const users = arrayOf(at(shared, 'users'));
  const people = users.length > 0 ? users : arrayOf(at(shared, 'user_ids')).map((id) => ({ user_id: id }));
  return people.flatMap((user) => {
    const id = idOf(at(user, 'user_id'));
    const name = nameOf(user) ?? (id === undefined ? undefined : `Telegram user ${id}`);
    return name === undefined ? [] : contactWith({ name });
  });
}

function chatShared(shared: unknown): Attachment[] {
  const url = publicPage(at(shared, 'username'));
  const title = nameOf(shared);
  return title === undefined ? [] : [{ type: 'share', ...(url !== undefined && { url }), title }];
}

function pollOf(poll: unknown): Attachment[] {
  const question = textOf(at(poll, 'question'));
  const options = arrayOf(at(poll, 'options')).flatMap((option) => textOf(at(option, 'text')) ?? []);
  return question === undefined ? [] : [{ type: 'poll', poll: { question, options } }];
}
