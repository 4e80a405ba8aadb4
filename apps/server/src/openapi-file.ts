import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
import { loadConfig } from './config.js';
import { fastifyAdapter } from './http/server.js';
import { breakingChanges, type Document } from './openapi/breaking-changes.js';
import { openApiDocument } from './openapi/document.js';
import { eventsPage } from './openapi/events-page.js';

/**
 * Writes the API's document into docs/api and the list of events into docs, without a database.
 *   --check           writes nothing; fails when a committed file is not today's
 *   --allow-breaking  writes even what would break today's clients
 */
const FOLDER = 'docs/api';
const FILE = `${FOLDER}/openapi.json`;
const PAGE = 'docs/events.md';

const { config } = loadConfig({});
const options = { config, databaseUrl: 'postgres://nowhere/', keys: [], publicUrl: 'http://localhost', connect: false };
const app = await NestFactory.create(AppModule.forRoot(options), fastifyAdapter(config), {
  preview: true,
  logger: false,
});
const document = openApiDocument(app);
const text = `${JSON.stringify(document, null, 2)}\n`;
const page = eventsPage();
const [committed, committedPage] = await Promise.all([readIfThere(FILE), readIfThere(PAGE)]);
const breaks = committed === undefined ? [] : breakingChanges(parse(committed), parse(text));

if (process.argv.includes('--check')) {
  const stale = committed !== text ? FILE : committedPage !== page ? PAGE : undefined;
  if (stale) fail(`${stale} is not what the code says. Run "npm run openapi" and commit it.`);
} else if (breaks.length > 0 && !process.argv.includes('--allow-breaking')) {
  fail('Nothing written. If it is meant, run "npm run openapi -- --allow-breaking" and say why in the commit.');
} else {
  await mkdir(FOLDER, { recursive: true });
  await writeFile(FILE, text);
  await writeFile(PAGE, page);
}

function readIfThere(file: string): Promise<string | undefined> {
  return readFile(file, 'utf8').catch(() => undefined);
}

function parse(json: string): Document {
  return JSON.parse(json) as Document;
}

function fail(advice: string): void {
  const sentences = breaks.map((change) => `  ${change}\n`).join('');
  process.stderr.write(`${sentences && `This breaks clients:\n${sentences}`}${advice}\n`);
  process.exitCode = 1;
}
