import type { Provider, Type } from '@nestjs/common';
import { AgentsReportRepository } from './agents-report.repository.js';
import { ChatsReportRepository } from './chats-report.repository.js';
import { ReportFileController } from './report-file.controller.js';
import { ReportGate } from './report-gate.js';
import { ReportLimitsRepository } from './report-limits.repository.js';
import { ReportController } from './report.controller.js';
import { Reports } from './reports.js';

/** All that counts what happened. */
export const REPORTS: Provider[] = [
  AgentsReportRepository,
  ChatsReportRepository,
  ReportGate,
  ReportLimitsRepository,
  Reports,
];

export const REPORT_CONTROLLERS: Type[] = [ReportController, ReportFileController];
