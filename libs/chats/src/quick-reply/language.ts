export interface TextInLanguage {
  readonly language: string;
  readonly text: string;
}

/** The text for a language: its own, one of the same language elsewhere (de for de-AT, de-CH for de), else the first. */
export function textFor<T extends TextInLanguage>(texts: readonly T[], language: string): T | undefined {
  const wanted = language.toLowerCase();
  const base = baseOf(wanted);
  const is = (fits: (language: string) => boolean) => texts.find((one) => fits(one.language.toLowerCase()));
  return is((one) => one === wanted) ?? is((one) => one === base) ?? is((one) => baseOf(one) === base) ?? texts[0];
}

function baseOf(language: string): string {
  return language.split('-')[0]!;
}
