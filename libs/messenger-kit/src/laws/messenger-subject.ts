import type {
  ChannelAccount,
  ConnectRequest,
  MediaVerdict,
  Messenger,
  Recipient,
  RejectionClass,
} from '../contract.js';
import type { GuardedHttp } from '../http/guarded-http.js';
import type { Attachment } from '../unified-message.js';
import type { Script, ScriptedAnswer } from './scripted-server.js';

type Rejection = ScriptedAnswer & { readonly class: RejectionClass; readonly retryAfterMs?: number };

/** A messenger under the laws, with what the laws cannot know: its wire. */
export interface MessengerSubject {
  /** The messenger, speaking to `apiUrl` instead of the network. */
  make(apiUrl: string, http: GuardedHttp): Messenger;
  readonly account: ChannelAccount;
  /** The account's credentials, where they name the network's address. */
  credentialsAt?(apiUrl: string): Readonly<Record<string, string>>;
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
  /** A call that only tries the address; for a network that signs with a secret of its own. */
  readonly trial?: string;
  /** A one-event body whose event makes no sense; goes with `batch`. */
  readonly badEvent?: string;
  /** What the network says to a send. */
  readonly sendAnswers: {
    readonly sent: ScriptedAnswer & { readonly externalId: string };
    readonly rejected: readonly Rejection[];
  };
  /** What the network says to edits, deletions, reactions and the like; for a messenger that has any of them. */
  readonly requestAnswers?: {
    /** A message of ours. */
    readonly target: string;
    readonly done: ScriptedAnswer;
    readonly rejected: readonly Rejection[];
    /** Of an inbound message, where the messenger has `acknowledge`. */
    readonly token?: string;
  };
  /** For a messenger with `media`. */
  readonly media?: {
    /** One whose content the network at `apiUrl` has. */
    attachment(apiUrl: string): Attachment & { readonly reference: string };
    /** The network gives `hello`, in as many calls as it takes. */
    readonly found: Script;
    /** The network no longer has it, or not now. */
    readonly refused: readonly (ScriptedAnswer & {
      readonly class: Extract<MediaVerdict, { kind: 'refused' }>['class'];
    })[];
  };
  /** For a messenger with a `poller`. */
  readonly poller?: {
    /** Two events and what confirms them. */
    readonly polled: ScriptedAnswer & { readonly cursor: string };
    readonly refused: readonly (ScriptedAnswer & {
      readonly class: 'retry' | 'reauthorize' | 'conflict';
      readonly retryAfterMs?: number;
    })[];
  };
  readonly registration: {
    readonly request: ConnectRequest;
    /** The network's answer to a credential it does not know; absent where registering asks nobody. */
    readonly refusal?: ScriptedAnswer;
    /** The network goes on calling whatever it was told last: there is nothing to ask of it. */
    readonly nothingToDisconnect?: true;
    /** Parts of the credentials that must never show up in an error or a sentence. */
    readonly secrets: readonly string[];
  };
}
