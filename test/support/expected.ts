/** A stored message as the API shows it: everything it does not have is null or empty. */
export function aMessage(has: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return {
    id: expect.any(String),
    externalId: expect.any(String),
    messenger: expect.any(String),
    channelId: expect.any(String),
    chatId: expect.any(String),
    seq: 1,
    direction: 'inbound',
    author: { kind: 'contact', id: expect.any(String) as unknown },
    sentAt: expect.any(String),
    receivedAt: expect.any(String),
    text: null,
    attachments: [],
    replyTo: null,
    quote: null,
    choices: [],
    choice: null,
    referral: null,
    unsupported: null,
    status: null,
    failure: null,
    reactions: [],
    note: false,
    editedAt: null,
    deletedAt: null,
    ...has,
  };
}

export function anAttachment(type: string, has: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    type,
    name: null,
    mimeType: null,
    size: null,
    file: null,
    url: null,
    title: null,
    location: null,
    contact: null,
    poll: null,
    duration: null,
    form: null,
    ...has,
  };
}

/** One whose content is fetched from the messenger, or was tried to. */
export function aFile(type: string, has: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return anAttachment(type, { ...has, file: expect.objectContaining({ type, url: null }) as unknown });
}

/** A system line. */
export function aLine(text: string, seq: number): Record<string, unknown> {
  return aMessage({ direction: 'system', author: { kind: 'system', id: null }, externalId: null, text, seq });
}
