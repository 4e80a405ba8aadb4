import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SwaggerModule, type OpenAPIObject } from '@nestjs/swagger';
import type { Logger as Pino } from 'pino';
import { AppModule, type AppOptions } from './app.module.js';
import { dressServer, fastifyAdapter } from './http/server.js';
import { PinoLog } from './log/pino-log.js';
import { openApiDocument } from './openapi/document.js';

/** The application with everything but a socket. `requestMs`: how long a request may take to come in. */
export async function createApplication(
  options: AppOptions,
  log: Pino,
  requestMs?: number,
): Promise<NestFastifyApplication> {
  const app = await NestFactory.create<NestFastifyApplication>(
    AppModule.forRoot(options),
    fastifyAdapter(options.config, requestMs),
    { logger: new PinoLog(log), abortOnError: false, bodyParser: false },
  );
  await dressServer(app, options.config, log);
  app
    .getHttpAdapter()
    .getInstance()
    .get('/', (_request, reply) => reply.redirect('/docs'));
  let document: OpenAPIObject | undefined;
  SwaggerModule.setup('docs', app, () => (document ??= openApiDocument(app)), {
    jsonDocumentUrl: 'openapi.json',
    yamlDocumentUrl: 'openapi.yaml',
    customSiteTitle: 'Parley API',
    swaggerOptions: { persistAuthorization: true, displayOperationId: true },
  });
  return app;
}

/**
 * First the requests in flight, then the rooms: so nothing new comes in while they finish their work. Connections that
 * are silent or endlessly slow are cut off after `patienceMs`.
 */
export async function stopApplication(app: NestFastifyApplication, patienceMs: number): Promise<void> {
  const adapter = app.getHttpAdapter();
  const cut = setTimeout(() => adapter.getInstance().server.closeAllConnections(), patienceMs);
  try {
    await adapter.close();
  } finally {
    clearTimeout(cut);
  }
  await app.close();
}
