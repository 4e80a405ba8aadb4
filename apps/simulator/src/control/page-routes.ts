import { isRecord, type Fields } from '../http/fields.js';
import { ControlError } from './control-error.js';
import type { Route } from './customer-routes.js';
import * as read from './read-body.js';

/** What happens at Meta: on the Page's side, and what only Facebook people do. */
export const PAGE_ROUTES: Readonly<Record<string, Route>> = {
  'POST /page-events': (sim, body) => {
    const messaging = (body.list('messaging') ?? []).filter(isRecord);
    return sim.sendPageEvents({ account: read.needed(body, 'account'), messaging });
  },
  'POST /referrals': (sim, body) =>
    sim.customerIsReferred({ ...ends(body), referral: read.neededObject(body, 'referral') }),
  'POST /opt-ins': (sim, body) => sim.customerOptsIn({ ...ends(body), optin: read.neededObject(body, 'optin') }),
  'POST /inbox-messages': (sim, body) => {
    const files = body.has('files') ? read.newFilesOf(body) : undefined;
    return { data: sim.page.write({ ...ends(body), text: body.text('text'), files, app: body.text('app') }) };
  },
  'POST /inbox-reactions': (sim, body) => {
    const [messageId, emoji] = [read.needed(body, 'messageId'), body.text('emoji')];
    return { data: sim.page.react({ ...ends(body), messageId, emoji }) };
  },
  'POST /deliveries': (sim, body) => {
    const messageIds = read.stringsOf(body, 'messageIds');
    return { data: sim.page.deliver({ ...ends(body), messageIds, at: body.number('at') }) };
  },
  'POST /policy': (sim, body) => {
    const [account, action] = [read.needed(body, 'account'), read.needed(body, 'action')];
    return { data: sim.page.enforcePolicy({ account, action, reason: body.text('reason') }) };
  },
  'POST /thread-control': (sim, body) => {
    const action = read.needed(body, 'action');
    if (action !== 'pass' && action !== 'take' && action !== 'request') {
      throw new ControlError(400, '"action" is pass, take or request');
    }
    const [app, metadata] = [body.text('app'), body.text('metadata')];
    return { data: sim.page.threadControl({ ...ends(body), action, app, metadata }) };
  },
  'POST /decisions': (sim, body) => {
    const [pages, declined] = [read.stringsOf(body, 'pages'), read.stringsOf(body, 'declined')];
    return { location: sim.admin.decide(read.needed(body, 'url'), { pages, declined, cancel: body.flag('cancel') }) };
  },
  'POST /roles': (sim, body) => sim.admin.giveRole(read.needed(body, 'account'), read.stringsOf(body, 'tasks')),
  'POST /page-subscriptions': (sim, body) => {
    const fields = read.stringsOf(body, 'fields');
    sim.admin.subscribe({ account: read.needed(body, 'account'), app: body.text('app'), fields });
  },
  'POST /app-callbacks': (sim, body) => {
    sim.admin.pointApp({
      app: read.needed(body, 'app'),
      url: body.text('url'),
      fields: read.stringsOf(body, 'fields'),
    });
  },
  'POST /tokens': (sim, body) =>
    sim.admin.changeTokens({
      account: read.needed(body, 'account'),
      expiresAt: body.number('expiresAt'),
      dataAccessExpiresAt: body.number('dataAccessExpiresAt'),
      scopes: read.stringsOf(body, 'scopes'),
    }),
};

function ends(body: Fields) {
  return { account: read.needed(body, 'account'), person: read.needed(body, 'person') };
}
