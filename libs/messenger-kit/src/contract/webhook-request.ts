/** A request as it arrived on the webhook door. Header names are in lower case; the body is untouched bytes. */
export interface WebhookRequest {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** What authenticates a webhook call. All empty = nothing is accepted. */
export interface WebhookSecrets {
  /** Any one of these proves a call; several while a secret is being changed. */
  readonly signing: readonly string[];
  /** How many of `signing`, the first ones, stay; the others are on their way out. Absent = one. */
  readonly staying?: number;
  /** The word a messenger repeats in its verification GET, where it has one. */
  readonly verifyToken?: string;
}
