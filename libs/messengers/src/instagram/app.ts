import type { MessengerSettings, WebhookSecrets } from '#messenger-kit';
import { metaAppOf, webhookSecretsOf, type MetaApp } from '../meta/meta-app.js';

/** Our app: its Instagram product has an id and a secret of its own beside the Meta app's, and may be all there is. */
export interface InstagramApp {
  readonly instagram: MetaApp;
  readonly meta: MetaApp;
}

export function instagramAppOf(settings: MessengerSettings[string]): InstagramApp {
  const { metaAppId: appId, metaAppSecret: appSecret, verifyToken } = settings;
  return { instagram: metaAppOf(settings), meta: metaAppOf({ appId, appSecret, verifyToken }) };
}

export function idsOf({ instagram, meta }: InstagramApp): string[] {
  return [instagram.id, meta.id].filter((id) => id !== undefined);
}

/** Either product's secret may sign, depending on where in the app the webhook was set up. */
export function secretsOf({ instagram, meta }: InstagramApp): WebhookSecrets {
  const [own, metas] = [webhookSecretsOf(instagram).signing, webhookSecretsOf(meta).signing];
  const newest = [own, metas].flatMap((signing) => signing.slice(0, 1));
  const older = [own, metas].flatMap((signing) => signing.slice(1));
  const { verifyToken } = instagram;
  return { signing: [...newest, ...older], staying: newest.length, ...(verifyToken && { verifyToken }) };
}

/** Why nothing can be asked of Instagram, or undefined. */
export function whyUnavailable({ instagram: { id, secret, verifyToken } }: InstagramApp): string | undefined {
  const missing = [
    id ? '' : 'PARLEY_INSTAGRAM_APP_ID',
    secret ? '' : 'PARLEY_INSTAGRAM_APP_SECRET',
    verifyToken ? '' : 'PARLEY_META_VERIFY_TOKEN',
  ].filter((name) => name !== '');
  return missing.length === 0 ? undefined : `Instagram is not configured: set ${missing.join(', ')}.`;
}
