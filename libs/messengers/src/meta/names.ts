/** What one of Meta's networks, and an account of ours on it, are called in sentences. */
export interface Names {
  readonly network: 'Facebook' | 'Instagram' | 'WhatsApp';
  readonly account: 'Page' | 'account' | 'number';
}
