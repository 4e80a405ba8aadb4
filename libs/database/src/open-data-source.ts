import { DataSource, type DataSourceOptions } from 'typeorm';
import { dataSourceOptions, type PoolOptions } from './data-source.js';
import { onceItAnswers } from './slow-start.js';

/** A connected pool for a program that is not the server. Whoever opens it destroys it. */
export function openDataSource(options: PoolOptions): Promise<DataSource> {
  return connected(dataSourceOptions(options));
}

/** A connected pool, once the server answers. */
export function connected(options: DataSourceOptions): Promise<DataSource> {
  return onceItAnswers(() => new DataSource(options).initialize());
}
