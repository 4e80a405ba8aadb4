export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parsed(value: unknown): unknown {
  if (typeof value !== 'string') return value;
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

/**
 * The parameters of a call, wherever they came from: query, form, multipart or JSON. In forms everything is text, and
 * objects are JSON in text; so each reader takes both forms and gives `undefined` for what is absent or of another type.
 */
export class Fields {
  constructor(readonly values: Readonly<Record<string, unknown>>) {}

  text(name: string): string | undefined {
    const value = this.values[name];
    if (typeof value === 'string') return value;
    return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
  }

  number(name: string): number | undefined {
    const text = this.text(name);
    return text === undefined || text.trim() === '' || Number.isNaN(Number(text)) ? undefined : Number(text);
  }

  flag(name: string): boolean | undefined {
    const text = this.text(name)?.toLowerCase();
    return text === undefined ? undefined : text === 'true' || text === '1';
  }

  object(name: string): Fields | undefined {
    const value = parsed(this.values[name]);
    return isRecord(value) ? new Fields(value) : undefined;
  }

  list(name: string): unknown[] | undefined {
    const value = parsed(this.values[name]);
    return Array.isArray(value) ? value : undefined;
  }

  has(name: string): boolean {
    return this.values[name] !== undefined;
  }
}
