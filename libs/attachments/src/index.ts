export { AttachmentAccess } from './attachment-access.js';
export type { AttachmentFile } from './attachment-file.js';
export { AttachmentFileDto } from './attachment.dto.js';
export type { S3Options } from './attachments-options.js';
export { Attachments } from './attachments.js';
export { AttachmentsModule } from './attachments.module.js';
export type { Expected } from './expectations.js';
export { kept, keptIds } from './kept.js';
export { ATTACHMENTS_SEALED } from './media-source.js';
