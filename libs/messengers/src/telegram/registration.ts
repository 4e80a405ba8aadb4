import { arrayOf, at, cleanName, idOf, textOf } from '#messenger-kit';
import type {
  AccountPicture,
  ChannelAccount,
  ConnectRequest,
  ConnectVerdict,
  Finding,
  InspectRequest,
  MessengerRegistrationWorker,
  Refused,
} from '#messenger-kit';
import { ALLOWED_UPDATES } from './allowed-updates.js';
import { looksLikeToken, type BotAnswer, type BotApi } from './bot-api.js';
import { inspectBot, rivalOf } from './inspection.js';

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

  /**
   * By webhook where Telegram can call us, else by polling: its own server takes https only, a self-hosted one http too.
   * https://core.telegram.org/bots/api#setwebhook
   */
  async connect(request: ConnectRequest): Promise<ConnectVerdict> {
    const identity = await this.identify(request.credentials);
    if (identity.kind === 'refused') return identity;
    const token = identity.credentials['botToken'] ?? '';
    const rival = request.takeOver ? undefined : await this.rival(token, request.webhookUrl);
    if (rival) return rival;
    if (this.api.isTelegrams && !/^https:/i.test(request.webhookUrl)) return this.pollInstead(token, identity);
    const parameters = {
      url: request.webhookUrl,
      secret_token: request.webhookSecret,
      allowed_updates: ALLOWED_UPDATES,
      max_connections: 40,
      drop_pending_updates: false,
    };
    const answer = await this.api.call({ token, method: 'setWebhook', parameters });
    if (answer.kind === 'ok') return { ...identity, delivery: 'webhook' };
    return isUnreachable(answer) ? this.pollInstead(token, identity) : refusalOf(answer);
  }

  /** The newest of the bot's pictures in its largest size, https://core.telegram.org/bots/api#getuserprofilephotos */
  async picture({ source, credentials }: ChannelAccount): Promise<AccountPicture | undefined> {
    const parameters = { user_id: source, limit: 1 };
    const token = credentials['botToken'] ?? '';
    const answer = await this.api.call({ token, method: 'getUserProfilePhotos', parameters });
    if (answer.kind !== 'ok') throw new Error(`Telegram did not tell the bot's picture (${summaryOf(answer)})`);
    const largest = arrayOf(arrayOf(at(answer.result, 'photos'))[0]).at(-1);
    const [reference, version] = [textOf(at(largest, 'file_id')), textOf(at(largest, 'file_unique_id'))];
    return reference === undefined || version === undefined ? undefined : { reference, version };
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

  async inspect({ credentials }: ChannelAccount, request: InspectRequest): Promise<readonly Finding[]> {
    const token = credentials['botToken'] ?? '';
    const [me, webhook] = await Promise.all([
      this.api.call({ token, method: 'getMe' }),
      this.api.call({ token, method: 'getWebhookInfo' }),
    ]);
    return inspectBot({ me, webhook }, request);
  }

  /** A bot has one webhook: setting ours takes it away from whoever has it now. */
  private async rival(token: string, webhookUrl: string): Promise<Refused | undefined> {
    const info = await this.api.call({ token, method: 'getWebhookInfo' });
    if (info.kind !== 'ok') return refusalOf(info);
    const rival = rivalOf(info.result, webhookUrl);
    if (rival === undefined) return undefined;
    const sentence = `This bot’s messages go to another system at ${rival}. Confirm with takeOver to have them come here instead; that system then gets nothing any more.`;
    return refused('in_use_elsewhere', sentence);
  }

  /** A webhook shuts out polling, so there must be none. */
  private async pollInstead(token: string, identity: Connected): Promise<ConnectVerdict> {
    const answer = await this.api.call({ token, method: 'deleteWebhook', parameters: { drop_pending_updates: false } });
    return answer.kind === 'ok' ? { ...identity, delivery: 'polling' } : refusalOf(answer);
  }
}

type Connected = Extract<ConnectVerdict, { kind: 'connected' }>;

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
  if (answer.kind === 'error' && answer.code === 429) {
    return refused('rate_limited', 'Telegram asks to wait a moment. Try again in a few seconds.');
  }
  return refused('messenger_failed', `Telegram could not do it at the moment (${summaryOf(answer)}). Try again later.`);
}

/** "bad webhook: Failed to resolve host", "…: HTTPS url must be provided", "invalid webhook URL specified". */
function isUnreachable(answer: BotAnswer): boolean {
  return answer.kind === 'error' && answer.code === 400 && /bad webhook|webhook url/i.test(answer.description);
}

function isRevoked(answer: BotAnswer): boolean {
  return answer.kind === 'error' && (answer.code === 401 || answer.code === 404);
}

function summaryOf(answer: Exclude<BotAnswer, { kind: 'ok' }>): string {
  return answer.kind === 'error' ? `error ${answer.code}` : `unreadable answer, status ${answer.status}`;
}
