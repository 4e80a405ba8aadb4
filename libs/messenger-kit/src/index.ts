export * from './contract.js';
export { Deadline } from './deadline.js';
export {
  drop,
  fetchMedia,
  loadedFrom,
  MEDIA_TOO_LARGE,
  type MediaRefusal,
  mediaRefusalOf,
  refusedMedia,
} from './fetched-media.js';
export { GuardedHttp, type GuardedHttpOptions, type HttpAnswer, type HttpCall } from './http/guarded-http.js';
export type { DownloadAnswer, DownloadCall } from './http/download.js';
export type { FormPart } from './http/form.js';
export { AnswerTooLarge, faultOf, NotAskedError, OutcomeUnknownError } from './http/http-errors.js';
export { inTime } from './in-time.js';
export { parseJson } from './json.js';
export { boundedId, eventKey, fingerprint, isPlainId } from './keys.js';
export { equalSecrets, hmacSha256, isOneOfSecrets, isSignedByOneOf } from './proof.js';
export { isPublicAddress } from './http/public-address.js';
export * from './registry.js';
export { isSigned, signed, writtenSecret } from './standard-webhooks.js';
export { cleanName, cleanText, splitText, splitTextByBytes } from './text.js';
export { readUnified, type UnifiedPlace, unreadableIn } from './unified/read-unified.js';
export * from './unified-message.js';
export * from './untrusted.js';
export { webhookSecretsOf } from './webhook-secrets.js';
