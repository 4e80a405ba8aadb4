import { at, cleanName, fingerprint, idOf, textOf } from '#messenger-kit';
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
import { stoppedBy, summaryOf } from './errors.js';
import { EVENT_TYPES } from './event-types.js';
import { inspectBot, rivalOf } from './inspection.js';
import { MAX_SENDER_NAME } from './outbound/limits.js';
import { looksLikeToken, type ViberAnswer, type ViberApi } from './viber-api.js';
import { webUrl } from './web-url.js';

type Connected = Extract<ConnectVerdict, { kind: 'connected' }>;
type Failed = Exclude<ViberAnswer, { kind: 'ok' }>;

export class ViberRegistration implements MessengerRegistrationWorker {
  readonly callback = 'channel';
  readonly signingCredential = 'authToken';
  readonly credentialFields = [
    {
      name: 'authToken',
      description: 'The bot’s token, “Your app key” in its settings: three groups of 16 hex digits',
    },
  ];

  constructor(private readonly api: ViberApi) {}

  async identify(credentials: Readonly<Record<string, string>>): Promise<ConnectVerdict> {
    const found = await this.account(credentials);
    return 'verdict' in found ? found.verdict : found;
  }

  /**
   * Viber tries the address before it answers: whoever serves it must know the token by then.
   * https://developers.viber.com/docs/api/rest-bot-api/#setting-a-webhook
   */
  async connect({ credentials, webhookUrl, takeOver }: ConnectRequest): Promise<ConnectVerdict> {
    const found = await this.account(credentials);
    if (!('verdict' in found)) return found;
    const { verdict, body, token } = found;
    const rival = takeOver ? undefined : rivalOf(body, webhookUrl);
    if (rival !== undefined) return inUseElsewhere(rival);
    if (this.api.wantsHttps && !/^https:/i.test(webhookUrl)) return refusals.https;
    // Pictures of people are shown nowhere.
    const webhook = { url: webhookUrl, event_types: EVENT_TYPES, send_name: true, send_photo: false };
    const answer = await this.api.call({ token, method: 'set_webhook', body: webhook });
    if (answer.kind === 'ok') return verdict;
    return answer.kind === 'error' && answer.code === 1 ? refusals.unreachable : refusalOf(answer);
  }

  async picture({ credentials }: ChannelAccount): Promise<AccountPicture | undefined> {
    const answer = await this.ask(credentials);
    if (answer.kind !== 'ok') throw new Error(`Viber did not tell the bot's picture (${summaryOf(answer)})`);
    const reference = webUrl(at(answer.body, 'icon'));
    return reference === undefined ? undefined : { reference, version: fingerprint(reference) };
  }

  /** Only a webhook that is still ours is removed; a revoked token, or a bot Viber has stopped, has none to remove. */
  async disconnect({ credentials }: ChannelAccount, webhookUrl: string): Promise<void> {
    const info = await this.ask(credentials);
    if (isOver(info)) return;
    if (info.kind !== 'ok') throw new Error(`Viber did not tell the bot's webhook (${summaryOf(info)})`);
    if (textOf(at(info.body, 'webhook')) !== webhookUrl) return;
    const token = credentials['authToken'] ?? '';
    const answer = await this.api.call({ token, method: 'set_webhook', body: { url: '' } });
    if (answer.kind !== 'ok' && !isOver(answer)) {
      throw new Error(`Viber did not remove the webhook (${summaryOf(answer)})`);
    }
  }

  async inspect({ credentials }: ChannelAccount, request: InspectRequest): Promise<readonly Finding[]> {
    return inspectBot(await this.ask(credentials), request);
  }

  private ask(credentials: Readonly<Record<string, string>>): Promise<ViberAnswer> {
    return this.api.call({ token: (credentials['authToken'] ?? '').trim(), method: 'get_account_info' });
  }

  private async account(
    credentials: Readonly<Record<string, string>>,
  ): Promise<{ readonly verdict: Connected; readonly body: unknown; readonly token: string } | Refused> {
    const token = (credentials['authToken'] ?? '').trim();
    if (!looksLikeToken(token)) return refusals.shape;
    const answer = await this.ask(credentials);
    if (answer.kind !== 'ok') return refusalOf(answer);
    const { body } = answer;
    const source = idOf(at(body, 'id'));
    if (source === undefined) return refusalOf({ kind: 'unreadable', status: 200 });
    const name = cleanName(textOf(at(body, 'name'))) ?? cleanName(textOf(at(body, 'uri'))) ?? source;
    const senderName = name.slice(0, MAX_SENDER_NAME).toWellFormed().trim();
    return {
      verdict: { kind: 'connected', source, name, credentials: { authToken: token, senderName } },
      body,
      token,
    };
  }
}

function refused(code: string, sentence: string): Refused {
  return { kind: 'refused', code, sentence };
}

const refusals = {
  shape: refused('token_malformed', 'This is not a bot token. Viber shows it as three groups of 16 hex digits.'),
  token: refused('token_invalid', 'Viber does not know this token. Copy the current one from the bot’s settings.'),
  https: refused(
    'webhook_not_https',
    'Viber calls https addresses only. Give this server one (PARLEY_PUBLIC_URL), then register the bot again.',
  ),
  unreachable: refused(
    'webhook_unreachable',
    'Viber tried this server’s address and got no answer. It must be reached from the internet, over https with a certificate of a public authority (PARLEY_PUBLIC_URL).',
  ),
  busy: refused('rate_limited', 'Viber asks to wait a moment. Try again in a few seconds.'),
};

function inUseElsewhere(rival: string): Refused {
  const sentence = `This bot’s messages go to another system at ${rival}. Confirm with takeOver to have them come here instead; that system then gets nothing any more.`;
  return refused('in_use_elsewhere', sentence);
}

function refusalOf(answer: Failed): Refused {
  if (isRevoked(answer)) return refusals.token;
  if (answer.kind === 'error' && answer.code === 12) return refusals.busy;
  const stopped = stoppedBy(answer);
  if (stopped !== undefined) return refused('account_stopped', stopped);
  return refused('messenger_failed', `Viber could not do it at the moment (${summaryOf(answer)}). Try again later.`);
}

function isRevoked(answer: ViberAnswer): boolean {
  return answer.kind === 'error' && answer.code === 2;
}

/** Nobody can ask Viber anything about the bot any more, and Viber delivers nothing of it. */
function isOver(answer: ViberAnswer): boolean {
  return isRevoked(answer) || stoppedBy(answer) !== undefined;
}
