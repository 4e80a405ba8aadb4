/** Whether a change names nothing at all: then there is nothing to do, nor to tell. */
export function saysNothing(wish: object): boolean {
  return Object.values(wish).every((value) => value === undefined);
}
