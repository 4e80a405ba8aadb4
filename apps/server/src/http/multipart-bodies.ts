import multipart from '@fastify/multipart';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Problem } from '#api-kit';

/** Takes multipart/form-data where a route says so (`@RouteConfig({ multipart: true })`), and nowhere else (415). */
export async function takeMultipart(app: NestFastifyApplication): Promise<void> {
  await app.register(multipart);
  const server = app.getHttpAdapter().getInstance();
  server.addHook('preValidation', (request, _reply, done) => {
    const config = request.routeOptions.config as { readonly multipart?: boolean };
    if (!request.isMultipart() || config.multipart === true || request.is404) return done();
    done(new Problem(415, 'unsupported_media_type', 'Send application/json.'));
  });
}
