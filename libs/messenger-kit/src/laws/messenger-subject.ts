import type { ChannelAccount, ConnectRequest, Messenger, Recipient, RejectionClass } from '../contract.js';
import type { GuardedHttp } from '../http/guarded-http.js';

export interface ScriptedAnswer {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A messenger under the laws, with what the laws cannot know: its wire. */
export interface MessengerSubject {
  /** The messenger, speaking to `apiUrl` instead of the network. */
  make(apiUrl: string, http: GuardedHttp): Messenger;
  readonly account: ChannelAccount;
  readonly recipient: Recipient;
  /** The headers the messenger would put on this body. */
  sign(body: Buffer, secret: string): Record<string, string>;
  /** The name of the header that proves a call. */
  readonly proofHeader: string;
  /** Captured webhook bodies by name. */
  readonly samples: ReadonlyMap<string, string>;
  /** A sample that is one text message. */
  readonly text: string;
  /** A recognisable call whose event nobody knows. */
  readonly unknownEvent: string;
  /** One call carrying the events of several one-event bodies; absent where the messenger sends one at a time. */
  readonly batch?: (bodies: readonly string[]) => string;
  /** A one-event body whose event makes no sense. */
  readonly badEvent?: string;
  /** What the network says to a send. */
  readonly sendAnswers: {
    readonly sent: ScriptedAnswer & { readonly externalId: string };
    readonly rejected: readonly (ScriptedAnswer & { readonly class: RejectionClass; readonly retryAfterMs?: number })[];
  };
  readonly registration: {
    readonly request: ConnectRequest;
    /** The network's answer to a credential it does not know. */
    readonly refusal: ScriptedAnswer;
    /** Parts of the credentials that must never show up in an error or a sentence. */
    readonly secrets: readonly string[];
  };
}
