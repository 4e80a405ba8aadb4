import { at, cleanName, idOf, textOf } from '#messenger-kit';
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
import { inspectAccount } from './inspection.js';
import type { Failed, LineAnswer, LineApi, LineCall } from './line-api.js';
import { refusalOf, refusalOfTest, refused, refusals } from './refusals.js';
import { rivalOf } from './rival.js';

const TOKEN = /^[A-Za-z0-9+/=_.~-]{1,2000}$/;
const SECRET = /^[A-Za-z0-9_-]{1,200}$/;
const ENDPOINT = 'channel/webhook/endpoint';

export class LineRegistration implements MessengerRegistrationWorker {
  readonly callback = 'channel';
  readonly credentialFields = [
    { name: 'channelAccessToken', description: 'A long-lived channel access token of the Messaging API channel' },
    { name: 'channelSecret', description: 'The channel secret, from the channel’s basic settings; LINE signs with it' },
  ];
  readonly signingCredential = 'channelSecret';

  constructor(private readonly api: LineApi) {}

  /** The secret cannot be tried alone: `connect` has LINE sign with it. */
  async identify(credentials: Readonly<Record<string, string>>): Promise<ConnectVerdict> {
    const token = (credentials['channelAccessToken'] ?? '').trim();
    const secret = (credentials['channelSecret'] ?? '').trim();
    if (!TOKEN.test(token)) return refusals.token;
    if (!SECRET.test(secret)) return refusals.secretShape;
    const answer = await this.api.call({ method: 'GET', path: 'info', token });
    if (answer.kind !== 'ok') return refusalOf(answer);
    const source = idOf(answer.body['userId']);
    if (source === undefined) return refusalOf({ kind: 'unreadable', status: 200 });
    const name = cleanName(textOf(answer.body['displayName']) ?? textOf(answer.body['basicId'])) ?? source;
    return { kind: 'connected', source, name, credentials: { channelAccessToken: token, channelSecret: secret } };
  }

  /**
   * Has LINE try the address before it is set: whoever has the wrong secret, or cannot be reached, loses nothing.
   * https://developers.line.biz/en/reference/messaging-api/#test-webhook-endpoint
   */
  async connect({ credentials, webhookUrl, takeOver = false }: ConnectRequest): Promise<ConnectVerdict> {
    const identity = await this.identify(credentials);
    if (identity.kind === 'refused') return identity;
    if (this.api.wantsHttps && !/^https:/i.test(webhookUrl)) return refusals.needsHttps;
    const token = identity.credentials['channelAccessToken'] ?? '';
    const problem =
      (takeOver ? undefined : await this.rival(token, webhookUrl)) ??
      (await this.tryAddress(token, webhookUrl)) ??
      (await this.setAddress(token, webhookUrl));
    return problem ?? identity;
  }

  async picture({ credentials }: ChannelAccount): Promise<AccountPicture | undefined> {
    const answer = await this.ask(credentials, 'info');
    if (answer.kind !== 'ok') throw new Error(`LINE did not tell the account’s picture (${answer.status})`);
    const reference = textOf(answer.body['pictureUrl']);
    return reference === undefined ? undefined : { reference, version: reference };
  }

  /** LINE keeps an address until it gets another one: what it still calls is answered with 404 from now on. */
  async disconnect(): Promise<void> {}

  async inspect({ credentials }: ChannelAccount, request: InspectRequest): Promise<readonly Finding[]> {
    const [info, endpoint, quota, used] = await Promise.all(
      ['info', ENDPOINT, 'message/quota', 'message/quota/consumption'].map((path) => this.ask(credentials, path)),
    );
    return inspectAccount({ info: info!, endpoint: endpoint!, quota: quota!, used: used! }, request.webhookUrl);
  }

  /** An account has one address: setting ours takes it away from whoever has it now. */
  private async rival(token: string, webhookUrl: string): Promise<Refused | undefined> {
    const answer = await this.api.call({ method: 'GET', path: ENDPOINT, token });
    if (isUnset(answer)) return undefined;
    if (answer.kind !== 'ok') return refusalOf(answer);
    const rival = rivalOf(textOf(answer.body['endpoint']), webhookUrl);
    if (rival === undefined) return undefined;
    const sentence = `This account’s messages go to another system at ${rival}. Confirm with takeOver to have them come here instead; that system then gets nothing any more.`;
    return refused('in_use_elsewhere', sentence);
  }

  private tryAddress(token: string, endpoint: string): Promise<Refused | undefined> {
    const call: LineCall = { method: 'POST', path: 'channel/webhook/test', token, json: { endpoint } };
    return this.change(call, (answer) => refusalOfTest(answer.body));
  }

  private setAddress(token: string, endpoint: string): Promise<Refused | undefined> {
    return this.change({ method: 'PUT', path: ENDPOINT, token, json: { endpoint } });
  }

  private async change(
    call: LineCall,
    read: (answer: Exclude<LineAnswer, Failed>) => Refused | undefined = () => undefined,
  ): Promise<Refused | undefined> {
    const answer = await this.api.call(call);
    return answer.kind === 'ok' ? read(answer) : refusalOf(answer);
  }

  private ask(credentials: ChannelAccount['credentials'], path: string): Promise<LineAnswer> {
    return this.api.call({ method: 'GET', path, token: credentials['channelAccessToken'] ?? '' });
  }
}

/** An account that never had an address has none to tell. */
function isUnset(answer: LineAnswer): boolean {
  return answer.kind === 'ok' ? at(answer.body, 'endpoint') === '' : answer.status === 404;
}
