import { DataSource } from 'typeorm';
import { dataSourceOptions, type PoolOptions } from './data-source.js';

/** A connected pool for a program that is not the server. Whoever opens it destroys it. */
export async function openDataSource(options: PoolOptions): Promise<DataSource> {
  const dataSource = new DataSource(dataSourceOptions(options));
  return dataSource.initialize();
}
