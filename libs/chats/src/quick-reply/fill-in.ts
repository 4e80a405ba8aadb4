/** What a quick reply may name. */
export const VARIABLES = ['contact.name', 'agent.name', 'queue.name', 'channel.name'] as const;
export type Variable = (typeof VARIABLES)[number];

const PLACE = /\{\{([^{}]*)\}\}/g;
/** A name, and what stands there where it is not known: `{{contact.name|there}}`. */
const WRITTEN = /^\s*([a-z.]+)\s*(?:\|(.*))?$/s;

/** Places of a text that name no variable, or none of these, as they are written. */
export function unknownPlaces(text: string, variables: readonly Variable[] = VARIABLES): string[] {
  const isKnown = (inside: string) => variables.some((one) => one === read(inside)?.variable);
  return [...text.matchAll(PLACE)].filter(([, inside]) => !isKnown(inside!)).map(([place]) => place);
}

/** Each place is filled once: what a name contains is text, whatever it looks like. Unknown places stay as they are. */
export function fillIn(text: string, values: Readonly<Record<Variable, string | null>>): string {
  return text.replace(PLACE, (place: string, inside: string) => {
    const found = read(inside);
    return found ? values[found.variable] || found.otherwise : place;
  });
}

function read(inside: string): { variable: Variable; otherwise: string } | undefined {
  const [, name, otherwise = ''] = WRITTEN.exec(inside) ?? [];
  const variable = VARIABLES.find((one) => one === name);
  return variable && { variable, otherwise: otherwise.trim() };
}
