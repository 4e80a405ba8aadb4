import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Deliveries } from '#chats';
import { Database } from '#database';
import { Jobs } from '#jobs';
import { MessagingOptions } from '../messaging-options.js';

/** Gives up what waits for too long, also in channels that may not send at all. */
@Injectable()
export class Expiry implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly messages: Deliveries,
    private readonly jobs: Jobs,
    private readonly options: MessagingOptions,
  ) {}

  onModuleInit(): void {
    this.jobs.schedule('messaging.expire', '* * * * *', () => this.expireAll());
  }

  async expireAll(): Promise<void> {
    const some = () => this.database.transaction((tx) => this.messages.expire(tx, this.options.expireAfterMs));
    while ((await some()) > 0);
  }
}
