import { Controller, Get, Module, type Type } from '@nestjs/common';
import { APP_GUARD, DiscoveryModule, NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { AccessGuard } from './access.guard.js';
import { Allow, Public } from './access.js';
import { CurrentCaller, requireUser, type Caller } from './caller.js';
import { Callers } from './callers.js';
import { DeclaredRoutes } from './declared-routes.js';

@Controller('open')
@Allow('admin')
class OpenController {
  @Get('everybody')
  @Public()
  everybody() {
    return 'hello';
  }

  @Get('admins')
  admins(@CurrentCaller() caller: Caller) {
    return caller.id;
  }

  @Get('people')
  @Allow('admin', 'agent')
  people(@CurrentCaller() caller: Caller) {
    return requireUser(caller);
  }
}

@Controller('silent')
class SilentController {
  @Get()
  forgotten() {
    return 'secret';
  }
}

const people: Record<string, Caller> = {
  ada: { kind: 'user', id: 'ada', role: 'admin', name: 'Ada', sessionId: 's' },
  bob: { kind: 'user', id: 'bob', role: 'agent', name: 'Bob', sessionId: 's' },
  form: { kind: 'key', id: 'form', role: 'agent', name: 'Form' },
};

/** Real guard and routes; who a token belongs to is made up. */
async function anApp(controller: Type, checks: Type[] = []): Promise<NestFastifyApplication> {
  @Module({
    imports: [DiscoveryModule],
    controllers: [controller],
    providers: [
      ...checks,
      { provide: APP_GUARD, useClass: AccessGuard },
      { provide: Callers, useValue: { of: (bearer: string) => Promise.resolve(people[bearer]) } },
    ],
  })
  class App {}
  return NestFactory.create<NestFastifyApplication>(App, new FastifyAdapter(), { logger: false, abortOnError: false });
}

let app: NestFastifyApplication;
afterEach(() => app.close());

async function get(path: string, authorization?: string): Promise<[number, string]> {
  const response = await fetch((await app.getUrl()) + path, { headers: authorization ? { authorization } : {} });
  return [response.status, await response.text()];
}

it('lets in whom the route names', async () => {
  app = await anApp(OpenController, [DeclaredRoutes]);
  await app.listen(0, '127.0.0.1');
  expect(await get('/open/everybody')).toEqual([200, 'hello']);
  expect(await get('/open/admins', 'Bearer ada')).toEqual([200, 'ada']);
  expect(await get('/open/people', 'bearer bob')).toEqual([200, 'bob']);
});

it('keeps everybody else out', async () => {
  app = await anApp(OpenController, [DeclaredRoutes]);
  await app.listen(0, '127.0.0.1');
  for (const header of [undefined, 'Bearer nobody', 'Basic ada', 'Bearer', 'ada', 'Bearer ada bob']) {
    expect((await get('/open/admins', header))[0]).toBe(401);
  }
  expect((await get('/open/admins', 'Bearer bob'))[0]).toBe(403);
  expect((await get('/open/people', 'Bearer form'))[0]).toBe(403);
});

it('refuses to start with a route that does not say who may call it', async () => {
  app = await anApp(SilentController, [DeclaredRoutes]);
  await expect(app.init()).rejects.toThrow('SilentController.forgotten');
});

it('keeps such a route closed even without that check', async () => {
  app = await anApp(SilentController);
  await app.listen(0, '127.0.0.1');
  expect((await get('/silent'))[0]).toBe(401);
  expect((await get('/silent', 'Bearer ada'))[0]).toBe(403);
});
