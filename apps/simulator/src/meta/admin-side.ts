import { Fields } from '../http/fields.js';
import type { World } from '../world.js';
import { ALL_FIELDS } from './meta-app.js';
import { decideAt, type DialogDecision } from './sign-in-dialog.js';
import { ALL_TASKS } from './meta-page.js';

/** What happens to a Page's connection without our doing: at the dialog, in the Page's settings, in another system. */
export class AdminSide {
  constructor(private readonly world: World) {}

  /** Decides in the sign-in dialog at `url`; where the browser is sent then. */
  decide(url: string, decision: DialogDecision = {}): string {
    const fields = new Fields(Object.fromEntries(new URL(url).searchParams));
    return decideAt(this.world.meta, fields, decision);
  }

  /** What whoever signs in may do on the Page; without tasks they have no role there, and tokens they made are dead. */
  giveRole(account: string, tasks: readonly string[] = ALL_TASKS): void {
    const { meta } = this.world;
    meta.requirePage(account).adminTasks = tasks;
    if (tasks.length > 0) return;
    for (const token of meta.tokens.ofPage(account)) token.dead = 492;
  }

  /** The Page's subscription to the app (default: the first one) is this from now on; no fields = none. */
  subscribe({ account, app, fields }: { account: string; app?: string; fields?: readonly string[] }): void {
    const { meta } = this.world;
    const { id } = app === undefined ? meta.firstApp() : meta.requireApp(app);
    const { subscriptions } = meta.requirePage(account);
    if (fields?.length === 0) subscriptions.delete(id);
    else subscriptions.set(id, fields ? new Set(fields) : ALL_FIELDS);
  }

  /** The app's callback is this from now on, without a handshake: another system set it, or nobody. */
  pointApp({ app, url, fields }: { app: string; url: string | undefined; fields?: readonly string[] }): void {
    const wanted = fields ? new Set(fields) : ALL_FIELDS;
    this.world.meta.requireApp(app).callback = url === undefined ? undefined : { url, verifyToken: '', fields: wanted };
  }

  /** When the Page's tokens, and access to its data, end (ms); 0 = never. Permissions they have lost or got. */
  changeTokens(change: {
    readonly account: string;
    readonly expiresAt?: number;
    readonly dataAccessExpiresAt?: number;
    readonly scopes?: readonly string[];
  }): void {
    const { account, expiresAt, dataAccessExpiresAt, scopes } = change;
    for (const token of this.world.meta.tokens.ofPage(account)) {
      if (expiresAt !== undefined) token.expiresAt = expiresAt;
      if (dataAccessExpiresAt !== undefined) token.dataAccessExpiresAt = dataAccessExpiresAt;
      if (scopes !== undefined) token.scopes = scopes;
    }
  }
}
