import { Injectable, type OnModuleInit } from '@nestjs/common';
import { encodeCursor, pageOf, type Page, type PageQuery, Problem } from '#api-kit';
import type { Caller } from '#identity';
import { Jobs } from '#jobs';
import { ChatAccess } from '../chat/chat-access.js';
import { idAfter } from '../id-cursor.js';
import { ActionRepository } from './action.repository.js';
import { type ActionRunDto, runViewOf } from './action-run.dto.js';
import { ActionRunRepository, type RunRow } from './action-run.repository.js';

const KEPT_MS = 90 * 24 * 3_600_000;

/** The log of runs, newest first. */
@Injectable()
export class ActionRuns implements OnModuleInit {
  constructor(
    private readonly runs: ActionRunRepository,
    private readonly actions: ActionRepository,
    private readonly access: ChatAccess,
    private readonly jobs: Jobs,
  ) {}

  onModuleInit(): void {
    this.jobs.schedule('chats.forget-action-runs', '27 3 * * *', () =>
      this.runs.forgetBefore(new Date(Date.now() - KEPT_MS)),
    );
  }

  async ofAction(actionId: string, { cursor, limit }: PageQuery): Promise<Page<ActionRunDto>> {
    const before = idAfter(cursor);
    if (!(await this.actions.exists(actionId))) throw Problem.notFound('action');
    return pageOfRuns(await this.runs.ofAction(actionId, before, limit + 1), limit);
  }

  async ofChat(caller: Caller, chatId: string, { cursor, limit }: PageQuery): Promise<Page<ActionRunDto>> {
    const before = idAfter(cursor);
    const chat = await this.access.require(caller, chatId);
    return pageOfRuns(await this.runs.ofChat(chat.id, before, limit + 1), limit);
  }
}

function pageOfRuns(runs: readonly RunRow[], limit: number): Page<ActionRunDto> {
  return pageOf(runs.map(runViewOf), limit, ({ id }) => encodeCursor([id]));
}
