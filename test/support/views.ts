import type { Api } from './api.js';
import { eventually } from './eventually.js';

/** What the tests read of the API's answers. */
export interface ChatView {
  readonly id: string;
  readonly status: string;
  readonly channel: { readonly id: string; readonly messenger: string };
  readonly contact: { readonly id: string | null; readonly name: string | null };
  readonly agent: { readonly id: string; readonly name: string } | null;
  readonly unreadCount: number;
  readonly lastSeq: number;
  readonly lastMessage: { readonly preview: string } | null;
  readonly sendPolicy: { readonly allowed: boolean; readonly reason: string | null };
  readonly previousChatId: string | null;
}

export interface MessageView {
  readonly chatId: string;
  readonly id: string;
  readonly channelId: string;
  readonly externalId: string | null;
  readonly seq: number;
  readonly direction: string;
  readonly author: { readonly kind: string; readonly id: string | null; readonly name?: string | null };
  readonly text: string | null;
  readonly replyTo: string | null;
  readonly choice: { readonly title: string; readonly payload: string | null } | null;
  readonly referral: { readonly ref: string | null } | null;
  readonly unsupported: { readonly kind: string } | null;
  readonly attachments: readonly { readonly type: string; readonly file: FileView | null }[];
  readonly reactions: readonly { readonly emoji: string; readonly by: string }[];
  readonly editedAt: string | null;
  readonly deletedAt: string | null;
  readonly status: string | null;
  readonly failure: { readonly code: string; readonly sentence: string } | null;
  readonly sentAt: string;
}

export interface FileView {
  readonly id: string;
  readonly type: string;
  readonly state: string;
  readonly name: string | null;
  readonly mimeType: string | null;
  readonly size: number | null;
  readonly url: string | null;
  readonly failure: string | null;
}

export interface LedgerView {
  readonly received: number;
  readonly stored: number;
  readonly duplicate: number;
  readonly ignored: number;
  readonly refused: number;
  readonly quarantined: number;
}

interface ListPage<Item> {
  readonly data: Item[];
  readonly page: { readonly next: string | null };
}

/** All items of a list, page by page. */
export async function all<Item>(api: Api, path: string): Promise<Item[]> {
  const items: Item[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const separator = path.includes('?') ? '&' : '?';
    const query: string = cursor ? `${separator}cursor=${encodeURIComponent(cursor)}` : '';
    const { data, page }: ListPage<Item> = await api.read<ListPage<Item>>(path + query);
    items.push(...data);
    cursor = page.next;
  }
  return items;
}

export const chatsOf = (api: Api, filter: string) => all<ChatView>(api, `/v1/chats?filter=${filter}&limit=100`);

export const messagesOf = (api: Api, chatId: string) => all<MessageView>(api, `/v1/chats/${chatId}/messages?limit=100`);

/** Waits for the one chat of the list whose last message says so. */
export function chatWith(api: Api, filter: string, preview: string): Promise<ChatView> {
  const look = async () => (await chatsOf(api, filter)).find((chat) => chat.lastMessage?.preview === preview);
  return eventually(look, 10_000, `a ${filter} chat with “${preview}”`);
}

/** Waits until the message in the chat has the status. */
export function messageWith(api: Api, chatId: string, text: string, status: string): Promise<MessageView> {
  const look = async () =>
    (await messagesOf(api, chatId)).find((message) => message.text === text && message.status === status);
  return eventually(look, 20_000, `“${text}” as ${status}`);
}
