export { ReportingModule } from './reporting.module.js';
export { REPORTING_SEALED } from './person/erasure/needles.js';
