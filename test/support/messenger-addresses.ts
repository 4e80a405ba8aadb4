/** What tells a server that one stand-in is there for all messengers. */
export function allMessengersAt(url: string): Readonly<Record<string, string>> {
  return {
    PARLEY_GRAPH_URL: url,
    PARLEY_FACEBOOK_DIALOG_URL: url,
    PARLEY_INSTAGRAM_GRAPH_URL: `${url}/instagram`,
    PARLEY_INSTAGRAM_API_URL: `${url}/instagram`,
    PARLEY_INSTAGRAM_DIALOG_URL: `${url}/instagram`,
    PARLEY_LINE_API_URL: url,
    PARLEY_LINE_DATA_URL: url,
    PARLEY_TELEGRAM_API_URL: url,
    PARLEY_VIBER_API_URL: url,
  };
}
