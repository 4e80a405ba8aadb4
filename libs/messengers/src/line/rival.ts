/** The host an account’s messages go to, unless that is us, under this or an old name. Paths may be secret. */
export function rivalOf(endpoint: string | undefined, webhookUrl: string): string | undefined {
  if (endpoint === undefined) return undefined;
  if (!URL.canParse(endpoint)) return 'an unreadable address';
  const { pathname, host } = new URL(endpoint);
  return pathname === new URL(webhookUrl).pathname ? undefined : host;
}
