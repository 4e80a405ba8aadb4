/** What of a stored message can be looked for. */
export interface SearchableMessage {
  readonly text: string | null;
  /** What a button that was pressed said. */
  readonly choice: string | null;
  /** Names of attached files. */
  readonly files: readonly (string | null)[] | null;
}

/** The columns of `SearchableMessage` for messages named `m`. */
export const SEARCHABLE = `m.text, m.content -> 'choice' ->> 'title' AS choice,
  jsonb_path_query_array(m.content, '$.attachments[*].name') AS files`;

export function searchableText({ text, choice, files }: SearchableMessage): string {
  return [text, choice === text ? null : choice, ...(files ?? [])].filter(Boolean).join('\n');
}
