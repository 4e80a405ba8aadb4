import { DataSource } from 'typeorm';
import { dataSourceOptions } from './libs/database/src/data-source.js';

/** For TypeORM's command line, after a build: `DATABASE_URL=… npx typeorm -d dist/ormconfig.js migration:show`. */
const url = process.env.DATABASE_URL;
if (!url) throw new Error('Set DATABASE_URL to the database that the command shall work on.');

export default new DataSource(dataSourceOptions({ url, poolSize: 1, name: 'typeorm-cli' }));
