import type { GuardedHttp, Messenger, MessengerSettings } from '#messenger-kit';
import { GRAPH_VERSION, GraphApi } from '../meta/graph-api.js';
import { SignedMedia } from '../meta/messaging/media.js';
import { Usage } from '../meta/usage.js';
import { Accounts } from './account.js';
import { idsOf, instagramAppOf } from './app.js';
import { InstagramIncome } from './income.js';
import { InstagramOutcome } from './outcome.js';
import { InstagramProfile } from './profile.js';
import { InstagramRegistration } from './registration.js';
import { InstagramSignIn } from './sign-in.js';
import { Tokens } from './token.js';

const GRAPH = 'https://graph.instagram.com';
const CODES = 'https://api.instagram.com';
const WEBSITE = 'https://www.instagram.com';

/**
 * Instagram messaging, through Instagram Login: one channel for each professional account. Settings: `graphUrl`, `apiUrl`
 * (where codes are exchanged), `dialogUrl`, `graphVersion`, `appId` and `appSecret` of the Instagram product (the newest first,
 * with blanks between them), `metaAppId` and `metaAppSecret` of the Meta app around it, where there are any, `verifyToken`, and
 * `humanAgentTag` (`on` where Meta has granted our app the Human Agent feature).
 */
export class InstagramMessenger implements Messenger {
  readonly income: InstagramIncome;
  readonly outcome: InstagramOutcome;
  readonly registration: InstagramRegistration;
  readonly signIn: InstagramSignIn;
  readonly profile: InstagramProfile;
  readonly media: SignedMedia;

  constructor(settings: MessengerSettings[string], http: GuardedHttp) {
    const app = instagramAppOf(settings);
    const usage = new Usage('Instagram', 'Instagram account');
    const graphUrl = settings['graphUrl'] || GRAPH;
    // A proof of the app's secret beside the token is for the Graph API of Facebook.
    const at = (url: string, version: string) => new GraphApi(http, { url, version, appSecret: undefined }, usage);
    const api = at(graphUrl, settings['graphVersion'] || GRAPH_VERSION);
    const tokens = new Tokens(at(graphUrl, ''), at(settings['apiUrl'] || CODES, ''), app.instagram);
    const accounts = new Accounts(api, idsOf(app));
    const website = (settings['dialogUrl'] || WEBSITE).replace(/\/+$/, '');
    const humanAgentTag = settings['humanAgentTag'] === 'on';
    this.income = new InstagramIncome(idsOf(app));
    this.outcome = new InstagramOutcome(api, { humanAgentTag, needsHttps: graphUrl.startsWith('https://') });
    this.registration = new InstagramRegistration(accounts, tokens, app, usage);
    this.signIn = new InstagramSignIn(accounts, tokens, app, website);
    this.profile = new InstagramProfile(api);
    this.media = new SignedMedia(http, 'Instagram');
  }
}
