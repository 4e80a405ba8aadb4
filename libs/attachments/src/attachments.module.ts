import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { EventsModule } from '#events';
import { IdentityModule } from '#identity';
import { ChannelPictures } from '#registration';
import { AccountPictures } from './account-pictures.js';
import { AttachmentController } from './attachment.controller.js';
import { AttachmentRepository } from './attachment.repository.js';
import { AttachmentsOptions } from './attachments-options.js';
import { Attachments } from './attachments.js';
import { CleanUp } from './clean-up.js';
import { Content } from './content.js';
import { Expectations } from './expectations.js';
import { FetchJob } from './fetch-job.js';
import { Fetches } from './fetches.js';
import { FilesThere } from './files-there.js';
import { MediaSource } from './media-source.js';
import { SignedLinks } from './signed-links.js';
import { Spool } from './spool.js';
import { LocalStorage } from './storage/local-storage.js';
import { S3Storage } from './storage/s3-storage.js';
import { Storage } from './storage/storage.js';
import { Uploads } from './uploads.js';

const storage: Provider = {
  provide: Storage,
  inject: [AttachmentsOptions],
  useFactory: ({ s3, directory }: AttachmentsOptions) => (s3 ? new S3Storage(s3) : new LocalStorage(directory)),
};

/** Global: `Attachments` for the rooms above, and `ChannelPictures` for the one below. Needs the port `AttachmentAccess` from a global module there. */
@Module({})
export class AttachmentsModule {
  static forRoot(options: ConstructorParameters<typeof AttachmentsOptions>[0]): DynamicModule {
    return {
      module: AttachmentsModule,
      global: true,
      imports: [EventsModule, IdentityModule],
      controllers: [AttachmentController],
      providers: [
        { provide: AttachmentsOptions, useValue: new AttachmentsOptions(options) },
        storage,
        { provide: ChannelPictures, useClass: AccountPictures },
        AttachmentRepository,
        Attachments,
        CleanUp,
        Content,
        Expectations,
        Fetches,
        FetchJob,
        FilesThere,
        MediaSource,
        SignedLinks,
        Spool,
        Uploads,
      ],
      exports: [Attachments, ChannelPictures],
    };
  }
}
