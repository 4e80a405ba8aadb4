/** Something the messenger needs to connect an account. */
export class CredentialFieldView {
  /** @example botToken */
  name: string;

  /** @example The token @BotFather gave for the bot */
  description: string;
}

/** A network this server speaks. */
export class MessengerView {
  /** @example telegram */
  messenger: string;

  /** Whether accounts can be connected now */
  available: boolean;

  /**
   * Why not; null when they can
   * @example null
   */
  unavailableReason: string | null;

  credentialFields: CredentialFieldView[];

  /** Whether accounts can be connected by signing in at the messenger: `POST /v1/channels/{messenger}/sign-in` */
  signsIn: boolean;

  /**
   * The address the messenger's dialog sends browsers back to, to be allowed in its app; null where there is no dialog
   * @example https://chat.example.com/v1/channels/facebook/callback
   */
  signInCallbackUrl: string | null;

  /**
   * Where one address serves all channels: the callback to enter in the messenger's app. Null where each channel has its own
   * @example https://chat.example.com/webhooks/facebook/q8Zc0l4oXn3QkYw1
   */
  webhookUrl: string | null;

  /**
   * How long a text may be, in UTF-16 units; longer ones are sent in parts
   * @example 4096
   */
  maxTextLength: number;

  /** Whether the messenger tells what people are called */
  readsProfiles: boolean;
}
