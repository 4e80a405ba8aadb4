import { fingerprint, type Attachment } from '#messenger-kit';

/**
 * An attachment as its message keeps it, where the content will be of our own: the messenger's reference is kept with that
 * alone, as it may hold secrets.
 */
export function kept({ reference, ...rest }: Attachment, id: string): Attachment {
  return { ...rest, id, ...(reference !== undefined && { mark: fingerprint(reference) }) };
}

/**
 * For each that came the id of what is `here` already, undefined for what is new. It is known by its reference. Where the
 * messenger gives one content many of these it is known by its looks, unless its content is `lost`: then it is asked for anew.
 */
export function keptIds(
  came: readonly Attachment[],
  here: readonly Attachment[],
  lost: ReadonlySet<string>,
): (string | undefined)[] {
  const left = here.filter(({ id }) => id !== undefined);
  const take = (isIt: (one: Attachment) => boolean) => {
    const place = left.findIndex(isIt);
    return place === -1 ? undefined : left.splice(place, 1)[0]!.id;
  };
  const sure = came.map((one) => take((other) => hasReference(other, one)));
  return came.map((one, index) => sure[index] ?? take((other) => !lost.has(other.id!) && looksLike(other, one)));
}

function hasReference({ type, mark, reference }: Attachment, came: Attachment): boolean {
  if (type !== came.type || came.reference === undefined) return false;
  return mark === undefined ? reference === came.reference : mark === fingerprint(came.reference);
}

const LOOKS = ['type', 'size', 'name', 'mimeType', 'duration', 'form', 'title'] as const;

function looksLike(one: Attachment, came: Attachment): boolean {
  return one.size !== undefined && LOOKS.every((name) => one[name] === came[name]);
}
