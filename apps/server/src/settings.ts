/** One environment variable: how its text becomes a value, and whether it may be shown. */
export interface Setting<Value> {
  readonly secret?: boolean;
  /** What it means when it is not set. */
  readonly fallback: Value;
  /** Throws an Error that says what is expected. */
  readonly parse: (text: string) => Value;
}

type Options = { readonly secret?: boolean };

export function text(fallback: string): Setting<string> {
  return { fallback, parse: (value) => value };
}

export function optional(options: Options = {}): Setting<string | undefined> {
  return { ...options, fallback: undefined, parse: (value) => value };
}

export function integer(fallback: number, least: number, most: number): Setting<number> {
  const parse = (value: string): number => {
    const number = Number(value);
    if (/^\d+$/.test(value) && number >= least && number <= most) return number;
    throw new Error(`must be a whole number from ${least} to ${most}`);
  };
  return { fallback, parse };
}

export function oneOf<const Choice extends string>(choices: readonly Choice[], fallback: Choice): Setting<Choice> {
  const parse = (value: string): Choice => {
    const choice = choices.find((candidate) => candidate === value);
    if (choice !== undefined) return choice;
    throw new Error(`must be one of ${choices.join(', ')}`);
  };
  return { fallback, parse };
}

export function list(options: Options = {}): Setting<readonly string[]> {
  const parse = (value: string) => value.split(/[\s,]+/).filter((item) => item !== '');
  return { ...options, fallback: [], parse };
}

/** As browsers write them: without a slash or a path at the end. Those of apps (`capacitor://localhost`) stay as they are. */
export function origins(): Setting<readonly string[]> {
  const items = list();
  const parse = (value: string) =>
    items.parse(value).map((item) => {
      if (!item.includes('://') || !URL.canParse(item)) {
        throw new Error('must be origins such as https://desk.example.com, with commas between');
      }
      const { origin } = new URL(item);
      return origin === 'null' ? item : origin;
    });
  return { ...items, parse };
}

/** An http or https address without a slash at its end. */
export function address<Fallback extends string | undefined>(fallback: Fallback): Setting<string | Fallback> {
  const parse = (value: string): string => {
    if (!URL.canParse(value) || !/^https?:$/.test(new URL(value).protocol))
      throw new Error('must be an http(s) address');
    return value.replace(/\/+$/, '');
  };
  return { fallback, parse };
}

export function postgres(): Setting<string | undefined> {
  const parse = (value: string): string => {
    if (!URL.canParse(value) || !/^postgres(ql)?:$/.test(new URL(value).protocol))
      throw new Error('must look like postgres://user:password@host:5432/database');
    const { username, password, pathname } = new URL(value);
    if (![username, password, pathname].every(isDecodable))
      throw new Error('must have %25 in place of a % in its user, password or database');
    return asPostgresMeansIt(value);
  };
  return { secret: true, fallback: undefined, parse };
}

function isDecodable(part: string): boolean {
  try {
    return typeof decodeURIComponent(part) === 'string';
  } catch {
    return false;
  }
}

/** The driver takes every `sslmode` for `verify-full` unless it is told that it is meant as PostgreSQL's own programs take it. */
function asPostgresMeansIt(url: string): string {
  const { searchParams } = new URL(url);
  return searchParams.has('sslmode') && !searchParams.has('uselibpqcompat') ? `${url}&uselibpqcompat=true` : url;
}

type Settings = Readonly<Record<string, Setting<unknown>>>;
type Values<Of extends Settings> = { readonly [Name in keyof Of]: Of[Name]['fallback'] };

export interface Reading<Of extends Settings> {
  readonly values: Values<Of>;
  /** What is wrong, one sentence each. */
  readonly problems: readonly string[];
}

/** Reads all settings; an empty variable counts as not set. */
export function readSettings<Of extends Settings>(
  settings: Of,
  env: Readonly<Record<string, string | undefined>>,
): Reading<Of> {
  const problems: string[] = [];
  const entries = Object.entries(settings).map(([name, setting]) => {
    const value = env[name]?.trim();
    if (!value) return [name, setting.fallback];
    try {
      return [name, setting.parse(value)];
    } catch (error) {
      problems.push(`${name} ${error instanceof Error ? error.message : 'is not valid'}`);
      return [name, setting.fallback];
    }
  });
  return { values: Object.fromEntries(entries) as Values<Of>, problems };
}
