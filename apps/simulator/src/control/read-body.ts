import type * as does from '../customer.js';
import type { CallEffect, CallFault } from '../faults/call-faults.js';
import type { WebhookEffect, WebhookFault } from '../faults/webhook-faults.js';
import { FILE_KINDS, type FileKind, type NewFile } from '../files.js';
import { Fields, isRecord } from '../http/fields.js';
import { type MessengerKey, MESSENGERS } from '../ledger.js';
import type { OfficialAccountChange } from '../line/official-account.js';
import type { RawPost } from '../raw-events.js';
import { ControlError } from './control-error.js';

export function needed(fields: Fields, name: string): string {
  const value = fields.text(name);
  if (value === undefined || value === '') throw new ControlError(400, `"${name}" is missing`);
  return value;
}

export function messengerOf(fields: Fields): MessengerKey {
  const given = needed(fields, 'messenger');
  const key = MESSENGERS.find((one) => one === given);
  if (!key) throw new ControlError(400, `There is no messenger "${given}"`);
  return key;
}

export function officialAccountChangeOf(fields: Fields): OfficialAccountChange {
  const chatMode = fields.text('chatMode');
  if (chatMode !== undefined && chatMode !== 'chat' && chatMode !== 'bot') {
    throw new ControlError(400, '"chatMode" is chat or bot');
  }
  const change = {
    secret: fields.text('secret'),
    useWebhook: fields.flag('useWebhook'),
    chatMode,
    quota: fields.number('quota'),
    used: fields.number('used'),
  };
  const given = Object.entries(change).filter(([, value]) => value !== undefined);
  return { account: needed(fields, 'account'), ...Object.fromEntries(given) };
}

export function speakingOf(fields: Fields): does.Speaking {
  return { messenger: messengerOf(fields), account: needed(fields, 'account'), person: needed(fields, 'person') };
}

export function writingOf(fields: Fields): does.Writing {
  const who = speakingOf(fields);
  return { ...who, text: needed(fields, 'text'), replyTo: fields.text('replyTo'), at: fields.number('at') };
}

export function pressingOf(fields: Fields): does.Pressing {
  const who = speakingOf(fields);
  const messageId = fields.text('messageId');
  const as = fields.text('as');
  if (as !== undefined && as !== 'quick_reply' && as !== 'postback') {
    throw new ControlError(400, '"as" is quick_reply or postback');
  }
  return { ...who, messageId, title: needed(fields, 'title'), payload: needed(fields, 'payload'), as };
}

export function newFileOf(fields: Fields): NewFile {
  const kind = fields.text('kind') ?? 'file';
  if (!isFileKind(kind)) throw new ControlError(400, `"kind" is one of ${FILE_KINDS.join(', ')}`);
  return {
    kind,
    name: needed(fields, 'name'),
    type: fields.text('type') ?? 'application/octet-stream',
    bytes: Buffer.from(needed(fields, 'base64'), 'base64'),
    size: fields.number('size'),
  };
}

export function newFilesOf(fields: Fields): NewFile[] {
  return recordsOf(fields, 'files').map(newFileOf);
}

const isFileKind = (kind: string): kind is FileKind => FILE_KINDS.some((known) => known === kind);

export function recordsOf(fields: Fields, name: string): Fields[] {
  return (fields.list(name) ?? []).filter(isRecord).map((one) => new Fields(one));
}

/** A whole number or a decimal that must be there. */
export function neededNumber(fields: Fields, name: string): number {
  const value = fields.number(name);
  if (value === undefined) throw new ControlError(400, `"${name}" is missing or no number`);
  return value;
}

export function neededObject(fields: Fields, name: string): Readonly<Record<string, unknown>> {
  const value = fields.object(name);
  if (!value) throw new ControlError(400, `"${name}" is missing or no object`);
  return value.values;
}

export function rawOf(fields: Fields): RawPost {
  const signature = fields.text('signature') ?? 'valid';
  if (signature !== 'valid' && signature !== 'none' && signature !== 'wrong') {
    throw new ControlError(400, '"signature" is valid, none or wrong');
  }
  const headers = fields.object('headers')?.values ?? {};
  return {
    messenger: messengerOf(fields),
    account: needed(fields, 'account'),
    body: needed(fields, 'body'),
    signature,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
  };
}

export function stringsOf(fields: Fields, name: string): string[] | undefined {
  return fields.list(name)?.map(String);
}

/** What each effect must say beside its kind. */
const CALL_EFFECTS: Readonly<Record<CallEffect['kind'], readonly string[]>> = {
  delay: ['ms'],
  status: ['status'],
  tooMany: ['retryAfter'],
  refuse: ['code'],
  html: [],
  truncated: [],
  reset: ['processed'],
  hang: [],
};
const WEBHOOK_EFFECTS: Readonly<Record<WebhookEffect['kind'], readonly string[]>> = {
  duplicate: ['copies'],
  delay: ['ms'],
  dropAnswer: [],
  lose: [],
  reorder: ['count'],
};

export function callFaultOf(fields: Fields): CallFault {
  return { ...ruleOf(fields), effect: effectOf<CallEffect>(fields, CALL_EFFECTS) };
}

export function webhookFaultOf(fields: Fields): WebhookFault {
  return { ...ruleOf(fields), effect: effectOf<WebhookEffect>(fields, WEBHOOK_EFFECTS) };
}

function ruleOf(fields: Fields): { match?: object; skip?: number; times?: number | null } {
  const times = fields.values.times === null ? null : fields.number('times');
  const skip = fields.number('skip');
  const match = fields.object('match')?.values;
  return { ...(match && { match }), ...(skip !== undefined && { skip }), ...(times !== undefined && { times }) };
}

function effectOf<Effect>(fields: Fields, kinds: Readonly<Record<string, readonly string[]>>): Effect {
  const effect = fields.values.effect;
  const members = isRecord(effect) && typeof effect.kind === 'string' ? kinds[effect.kind] : undefined;
  if (!isRecord(effect) || !members) {
    throw new ControlError(400, `"effect.kind" is one of ${Object.keys(kinds).join(', ')}`);
  }
  const missing = members.find((name) => effect[name] === undefined);
  if (missing) throw new ControlError(400, `"effect.${missing}" is missing`);
  return effect as Effect;
}
