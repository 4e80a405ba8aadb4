export { jobConnections, JobsModule, type JobsOptions } from './jobs.module.js';
export { Jobs, type EnqueueOptions, type JobHandler } from './jobs.js';
export { installJobs, jobsSchema } from './schema.js';
