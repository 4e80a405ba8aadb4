import { Injectable } from '@nestjs/common';
import { Problem } from '#api-kit';
import { Database, sqlState, type Tx } from '#database';
import { type Caller, requireUser } from '#identity';
import { AgentsReportRepository } from './agents-report.repository.js';
import { ChatsReportRepository } from './chats-report.repository.js';
import { periodOf, unacceptable } from './period.js';
import type { ChatsReportQuery, ChatsRowDto, LoadRowDto, PeriodQuery, StateRowDto } from './report.dto.js';
import { ReportGate } from './report-gate.js';
import { ReportLimitsRepository } from './report-limits.repository.js';

const MOST_ROWS = 20_000;

/** What happened, in figures. Supervisors and admins hear everybody's, agents their own. */
@Injectable()
export class Reports {
  constructor(
    private readonly database: Database,
    private readonly chatsReport: ChatsReportRepository,
    private readonly agentsReport: AgentsReportRepository,
    private readonly limits: ReportLimitsRepository,
    private readonly gate: ReportGate,
  ) {}

  /** Volumes and times of chats. */
  async chats(caller: Caller, query: ChatsReportQuery): Promise<ChatsRowDto[]> {
    const { by = 'all', queueId, channelId } = query;
    const question = { period: periodOf(query), by, queueId, channelId, agentId: agentFor(caller, query) };
    return this.read((tx) => this.chatsReport.rows(tx, question, MOST_ROWS + 1));
  }

  /** How many chats agents took and held. */
  async load(caller: Caller, query: PeriodQuery): Promise<LoadRowDto[]> {
    const [period, agentId] = [periodOf(query), agentFor(caller, query)];
    return this.read((tx) => this.agentsReport.load(tx, period, agentId, MOST_ROWS + 1));
  }

  /** How long agents were in which state. */
  async states(caller: Caller, query: PeriodQuery): Promise<StateRowDto[]> {
    const [period, agentId] = [periodOf(query), agentFor(caller, query)];
    return this.read((tx) => this.agentsReport.states(tx, period, agentId, MOST_ROWS + 1));
  }

  private async read<Row>(work: (tx: Tx) => Promise<Row[]>): Promise<Row[]> {
    const found = await this.gate.pass(() => this.bounded(work));
    if (found.length > MOST_ROWS)
      throw unacceptable('unit', `This makes over ${MOST_ROWS} rows: ask for fewer days, or longer units.`);
    return found;
  }

  private async bounded<Row>(work: (tx: Tx) => Promise<Row[]>): Promise<Row[]> {
    try {
      return await this.database.transaction(async (tx) => {
        await this.limits.readOnly(tx);
        return work(tx);
      });
    } catch (error) {
      if (sqlState(error) === CANCELLED)
        throw new Problem(503, 'report_too_long', 'This report took too long. Ask for fewer days.');
      if (sqlState(error) === INVALID_PARAMETER)
        throw unacceptable('timeZone', 'The database does not know this time zone.');
      throw error;
    }
  }
}

const CANCELLED = '57014';
const INVALID_PARAMETER = '22023';

/** Agents ask for themselves; somebody else is to them as if there were nobody. */
function agentFor(caller: Caller, { agentId }: PeriodQuery): string | undefined {
  if (caller.role !== 'agent') return agentId;
  const own = requireUser(caller);
  if (agentId !== undefined && agentId !== own) throw Problem.notFound('agent');
  return own;
}
