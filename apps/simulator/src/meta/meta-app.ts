import { randomDigits, randomText } from '../ids.js';
import { PAGE_FIELDS } from './page-fields.js';

export interface NewApp {
  readonly id?: string;
  readonly name?: string;
  readonly secret?: string;
  /** "Require app secret": calls without `appsecret_proof` are refused. Default true. */
  readonly requireProof?: boolean;
}

export interface Callback {
  readonly url: string;
  readonly verifyToken: string;
  readonly fields: ReadonlySet<string>;
}

/** One simulated Meta app: the secret that signs, the callback, the fields it asked for. */
export class MetaApp {
  readonly id: string;
  readonly name: string;
  readonly secret: string;
  readonly requireProof: boolean;
  /** For Pages. */
  callback?: Callback;
  /** For WhatsApp accounts: an app has one callback for each object. */
  whatsAppCallback?: Callback;

  constructor({ id, name, secret, requireProof }: NewApp) {
    this.id = id ?? randomDigits(15);
    this.name = name ?? 'Simulated app';
    this.secret = secret ?? randomText(32);
    this.requireProof = requireProof ?? true;
  }

  /** The token an app speaks for itself with. */
  get token(): string {
    return `${this.id}|${this.secret}`;
  }
}

export const ALL_FIELDS: ReadonlySet<string> = new Set(PAGE_FIELDS);

export const WHATSAPP_FIELDS: ReadonlySet<string> = new Set([
  'messages',
  'smb_message_echoes',
  'user_preferences',
  'user_id_update',
  'account_update',
  'message_template_status_update',
  'phone_number_quality_update',
]);
