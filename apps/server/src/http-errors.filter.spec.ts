import { fastify } from 'fastify';
import { BadRequestException, PayloadTooLargeException } from '@nestjs/common';
import { Problem } from '#api-kit';
import { OutcomeUnknown } from '#database';
import { documentOf, sendProblem } from './http-errors.filter.js';

const withCode = (code: string, message = 'canary in the wording') => Object.assign(new Error(message), { code });

it('shows a problem with its detail, extras and pointers', () => {
  const problem = new Problem(409, 'held', 'Ada holds this chat.', { holder: 'ada' }, [
    { pointer: '#/a', detail: 'no' },
  ]);
  expect(documentOf(problem)).toEqual({
    status: 409,
    code: 'held',
    detail: 'Ada holds this chat.',
    holder: 'ada',
    errors: [{ pointer: '#/a', detail: 'no' }],
  });
});

it.each([
  [new BadRequestException('canary'), 400, 'malformed_request'],
  [new PayloadTooLargeException('canary'), 413, 'body_too_large'],
  [Object.assign(new Error('canary'), { statusCode: 415 }), 415, 'unsupported_media_type'],
  [withCode('ECONNREFUSED'), 503, 'database_unavailable'],
  [withCode('57P01'), 503, 'database_unavailable'],
  [withCode('08006'), 503, 'database_unavailable'],
  [withCode('53300'), 503, 'database_unavailable'],
  [new Error('timeout exceeded when trying to connect'), 503, 'database_unavailable'],
  [new OutcomeUnknown(new Error('canary')), 503, 'outcome_unknown'],
  [withCode('22P05'), 422, 'refused_by_database'],
  [withCode('42P01'), 500, 'internal'],
  [new TypeError('canary'), 500, 'internal'],
  [Object.assign(new Error('canary'), { statusCode: 502 }), 500, 'internal'],
  ['canary', 500, 'internal'],
  [undefined, 500, 'internal'],
])('makes of %s a %d %s that gives nothing away', (error, status, code) => {
  const problem = documentOf(error);
  expect(problem).toMatchObject({ status, code });
  expect(JSON.stringify(problem)).not.toContain('canary');
});

it.each([
  [new Problem(429, 'messenger_busy', 'The messenger asks to come back in 40 s.', { retryAfter: 40 }), '40'],
  [new Problem(429, 'too_many_reports', 'Many reports are being made.'), '2'],
  [new Problem(503, 'stopping', 'This node is being stopped.'), '2'],
  [new Problem(409, 'chat_closed', 'This chat is closed.'), undefined],
])('says when to come back with %s', async (problem, seconds) => {
  const server = fastify();
  server.get('/', (_, reply) => sendProblem(reply, 'mine-1', documentOf(problem)));
  const { headers } = await server.inject('/');
  expect(headers['retry-after']).toBe(seconds);
  await server.close();
});
