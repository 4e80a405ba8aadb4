import type { MessengerSettings, WebhookSecrets } from '#messenger-kit';
import type { Names } from './names.js';

/** Our Meta app, as far as it is configured. */
export interface MetaApp {
  readonly id: string | undefined;
  /** What we prove ourselves with. */
  readonly secret: string | undefined;
  /** Older ones, under which Meta's calls are taken as well while the secret is being changed. */
  readonly olderSecrets?: readonly string[];
  readonly verifyToken: string | undefined;
}

/** Out of the settings of a messenger: `appId`, `verifyToken`, and `appSecret`, the newest first, with blanks between them. */
export function metaAppOf({ appId, appSecret = '', verifyToken }: MessengerSettings[string]): MetaApp {
  const [secret, ...olderSecrets] = appSecret.split(/\s+/).filter((one) => one !== '');
  return { id: appId, secret, olderSecrets, verifyToken };
}

/** What proves a call of Meta's. */
export function webhookSecretsOf({ secret, olderSecrets = [], verifyToken }: MetaApp): WebhookSecrets {
  return { signing: secret ? [secret, ...olderSecrets] : [], ...(verifyToken && { verifyToken }) };
}

/** What the app speaks for itself with. */
export function appTokenOf({ id, secret }: MetaApp): string {
  return `${id}|${secret}`;
}

/** Why nothing can be asked of Meta, or undefined. */
export function whyUnavailable({ id, secret, verifyToken }: MetaApp, network: Names['network']): string | undefined {
  const missing = [
    id ? '' : 'PARLEY_META_APP_ID',
    secret ? '' : 'PARLEY_META_APP_SECRET',
    verifyToken ? '' : 'PARLEY_META_VERIFY_TOKEN',
  ].filter((name) => name !== '');
  return missing.length === 0 ? undefined : `${network} is not configured: set ${missing.join(', ')}.`;
}
