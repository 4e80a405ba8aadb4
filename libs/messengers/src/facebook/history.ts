import { arrayOf, at, idOf, textOf, timeOf } from '#messenger-kit';
import type { ChannelAccount, HistoryReader, HistoryVerdict, RejectionClass } from '#messenger-kit';
import { MEANINGS } from './errors.js';
import type { GraphApi } from '../meta/graph-api.js';

/** Meta tells details of the 20 newest messages of a conversation only. */
const MESSAGES = 'messages.limit(20){id,created_time,from,to,message,attachments,sticker}';
const CONVERSATIONS = '25';

/** A token that was revoked once more may be replaced once more. */
const PASSING: ReadonlySet<string> = new Set<RejectionClass>(['retryAfter', 'reauthorize']);

/** The Conversations API, newest conversation first: https://developers.facebook.com/docs/messenger-platform/conversations */
export class FacebookHistory implements HistoryReader {
  constructor(private readonly api: GraphApi) {}

  async read(
    { source, credentials }: ChannelAccount,
    since: Date,
    cursor: string | undefined,
    signal: AbortSignal,
  ): Promise<HistoryVerdict> {
    const query = { platform: 'messenger', fields: `id,updated_time,${MESSAGES}`, limit: CONVERSATIONS };
    const answer = await this.api.call({
      method: 'GET',
      path: `${source}/conversations`,
      token: credentials['pageToken'] ?? '',
      query: { ...query, ...(cursor !== undefined && { after: cursor }) },
      signal,
    });
    if (answer.kind !== 'ok') {
      const verdict = MEANINGS.verdictOf(answer);
      const mayPass = verdict.kind === 'unknown' || PASSING.has(verdict.class);
      return { kind: 'refused', class: mayPass ? 'retry' : 'permanent', sentence: verdict.sentence };
    }
    const all = arrayOf(at(answer.body, 'data'));
    const recent = all.filter((one) => isSince(at(one, 'updated_time'), since));
    const goesOn = recent.length === all.length && at(answer.body, 'paging', 'next') !== undefined;
    const next = goesOn ? textOf(at(answer.body, 'paging', 'cursors', 'after')) : undefined;
    return { kind: 'read', bodies: recent.flatMap((one) => bodyOf(source, one, since)), next };
  }
}

function isSince(time: unknown, since: Date): boolean {
  const when = timeOf(time);
  return when === undefined || when >= since;
}

/** A conversation as the webhook call that would have told it. */
function bodyOf(page: string, conversation: unknown, since: Date): Buffer[] {
  const messaging = arrayOf(at(conversation, 'messages', 'data'))
    .filter((message) => isSince(at(message, 'created_time'), since))
    .map((message) => itemOf(page, message))
    // Newest first they come, and time is told in whole seconds.
    .reverse()
    .sort((one, other) => (one.timestamp ?? 0) - (other.timestamp ?? 0));
  if (messaging.length === 0) return [];
  return [Buffer.from(JSON.stringify({ object: 'page', entry: [{ id: page, messaging }] }))];
}

function itemOf(page: string, message: unknown) {
  const from = idOf(at(message, 'from', 'id'));
  const to = idOf(at(arrayOf(at(message, 'to', 'data'))[0], 'id'));
  const text = textOf(at(message, 'message'));
  const sticker = textOf(at(message, 'sticker'));
  const attachments = [
    ...arrayOf(at(message, 'attachments', 'data')).map(attachmentOf),
    ...(sticker === undefined ? [] : [{ type: 'sticker', payload: { url: sticker } }]),
  ];
  return {
    sender: { id: from },
    recipient: { id: to },
    timestamp: timeOf(at(message, 'created_time'))?.getTime(),
    message: {
      mid: at(message, 'id'),
      ...(from === page && { is_echo: true }),
      ...(text !== undefined && { text }),
      ...(attachments.length > 0 && { attachments }),
    },
  };
}

function attachmentOf(attachment: unknown) {
  const image = textOf(at(attachment, 'image_data', 'url'));
  if (image !== undefined) return { type: 'image', payload: { url: image } };
  const video = textOf(at(attachment, 'video_data', 'url'));
  if (video !== undefined) return { type: 'video', payload: { url: video } };
  const type = textOf(at(attachment, 'mime_type'))?.startsWith('audio/') ? 'audio' : 'file';
  return { type, payload: { url: textOf(at(attachment, 'file_url')) } };
}
