import { at, cleanName, idOf, textOf } from '#messenger-kit';
import type { ChannelAccount, ConnectRequest, ConnectVerdict, MessengerRegistrationWorker } from '#messenger-kit';
import { looksLikeToken, type BotAnswer, type BotApi } from './bot-api.js';

/** Always sent: left out, Telegram keeps the previous list; some kinds come only when named. */
const ALLOWED_UPDATES = [
  'message',
  'edited_message',
  'callback_query',
  'my_chat_member',
  'message_reaction',
  'business_connection',
  'business_message',
  'edited_business_message',
  'deleted_business_messages',
];

export class TelegramRegistration implements MessengerRegistrationWorker {
  readonly callback = 'channel';
  readonly credentialFields = [
    { name: 'botToken', description: 'The token @BotFather gave for the bot, such as 7193405826:AAF…' },
  ];

  constructor(private readonly api: BotApi) {}

  async identify(credentials: Readonly<Record<string, string>>): Promise<ConnectVerdict> {
    const token = (credentials['botToken'] ?? '').trim();
    if (!looksLikeToken(token)) return refusals.shape;
    const answer = await this.api.call({ token, method: 'getMe' });
    if (answer.kind !== 'ok') return refusalOf(answer);
    const source = idOf(at(answer.result, 'id'));
    if (source === undefined) return refusalOf({ kind: 'unreadable', status: 200 });
    const name = cleanName(textOf(at(answer.result, 'first_name')) ?? textOf(at(answer.result, 'username'))) ?? source;
    return { kind: 'connected', source, name, credentials: { botToken: token } };
  }

  /** https://core.telegram.org/bots/api#setwebhook */
  async connect(request: ConnectRequest): Promise<ConnectVerdict> {
    const identity = await this.identify(request.credentials);
    if (identity.kind === 'refused') return identity;
    const answer = await this.api.call({
      token: identity.credentials['botToken'] ?? '',
      method: 'setWebhook',
      parameters: {
        url: request.webhookUrl,
        secret_token: request.webhookSecret,
        allowed_updates: ALLOWED_UPDATES,
        max_connections: 40,
        drop_pending_updates: false,
      },
    });
    return answer.kind === 'ok' ? identity : refusalOf(answer);
  }

  /** Only a webhook that is still ours is removed; a revoked token has none to remove. */
  async disconnect(account: ChannelAccount, webhookUrl: string): Promise<void> {
    const token = account.credentials['botToken'] ?? '';
    const info = await this.api.call({ token, method: 'getWebhookInfo' });
    if (isRevoked(info)) return;
    if (info.kind !== 'ok') throw new Error(`Telegram did not tell the bot's webhook (${summaryOf(info)})`);
    if (textOf(at(info.result, 'url')) !== webhookUrl) return;
    const answer = await this.api.call({ token, method: 'deleteWebhook', parameters: { drop_pending_updates: false } });
    if (answer.kind !== 'ok' && !isRevoked(answer)) {
      throw new Error(`Telegram did not remove the webhook (${summaryOf(answer)})`);
    }
  }
}

type Refused = Extract<ConnectVerdict, { kind: 'refused' }>;

function refused(code: string, sentence: string): Refused {
  return { kind: 'refused', code, sentence };
}

const refusals = {
  shape: refused(
    'token_malformed',
    'This is not a bot token. @BotFather shows it as digits, a colon and 35 characters.',
  ),
  token: refused('token_invalid', 'Telegram does not know this bot token. Ask @BotFather for the current one.'),
};

function refusalOf(answer: Exclude<BotAnswer, { kind: 'ok' }>): Refused {
  if (isRevoked(answer)) return refusals.token;
  if (answer.kind === 'error' && /webhook/i.test(answer.description)) return badWebhook(answer.description);
  if (answer.kind === 'error' && answer.code === 429) {
    return refused('rate_limited', 'Telegram asks to wait a moment. Try again in a few seconds.');
  }
  return refused('messenger_failed', `Telegram could not do it at the moment (${summaryOf(answer)}). Try again later.`);
}

function badWebhook(description: string): Refused {
  const why = /bad webhook: ([\w .,']{1,120})/i.exec(description)?.[1];
  return refused(
    'webhook_refused',
    `Telegram does not accept this server's address${why ? ` (${why.trim()})` : ''}. It must be public, with https, on ` +
      'port 443, 80, 88 or 8443: check PARLEY_PUBLIC_URL.',
  );
}

function isRevoked(answer: BotAnswer): boolean {
  return answer.kind === 'error' && (answer.code === 401 || answer.code === 404);
}

function summaryOf(answer: Exclude<BotAnswer, { kind: 'ok' }>): string {
  return answer.kind === 'error' ? `error ${answer.code}` : `unreadable answer, status ${answer.status}`;
}
