import type { AttachmentFile } from '#attachments';
import type { Attachment } from '#messenger-kit';
import type { AttachmentDto } from './message.dto.js';

/** The messenger's reference never leaves the server. What the content itself told counts more than what was claimed. */
export function attachmentOf(attachment: Attachment, file: AttachmentFile | undefined): AttachmentDto {
  const { type, location, contact, poll } = attachment;
  return {
    type,
    name: file?.name ?? attachment.name ?? null,
    mimeType: file?.mimeType ?? attachment.mimeType ?? null,
    size: file?.size ?? attachment.size ?? null,
    file: file ?? null,
    url: attachment.url ?? null,
    title: attachment.title ?? null,
    location: location ? { ...location, title: location.title ?? null, address: location.address ?? null } : null,
    contact: contact
      ? { name: contact.name ?? null, phone: contact.phone ?? null, email: contact.email ?? null }
      : null,
    poll: poll ? { question: poll.question, options: [...poll.options] } : null,
    duration: attachment.duration ?? null,
    form: attachment.form ?? null,
  };
}
