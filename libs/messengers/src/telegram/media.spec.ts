import { AnswerTooLarge, GuardedHttp, type MediaVerdict } from '#messenger-kit';
import { inspect } from 'node:util';
import { aScriptedServer, type ScriptedAnswer, type ScriptedServer } from '../../../messenger-kit/testing.js';
import { TelegramMessenger } from './telegram.messenger.js';

const TOKEN = '7193405826:AAForSamplesOnlyNeverIssued77777777';
const account = { channelId: 'c1', messenger: 'telegram', source: '7193405826', credentials: { botToken: TOKEN } };
const found = (file_path?: string): ScriptedAnswer => ({
  status: 200,
  body: JSON.stringify({ ok: true, result: { file_id: 'r', file_path } }),
});
const refusal = (code: number, description: string): ScriptedAnswer => ({
  status: code,
  body: JSON.stringify({ ok: false, error_code: code, description }),
});
let network: ScriptedServer;
let http: GuardedHttp;
let telegram: TelegramMessenger;

beforeEach(async () => {
  network = await aScriptedServer();
  http = new GuardedHttp({ trustedOrigins: [network.url], timeoutMs: 1_000 });
  telegram = new TelegramMessenger({ apiUrl: network.url }, http);
});
afterEach(async () => {
  await http.close();
  await network.close();
});

function load(size?: number, maxBytes = 1_000): Promise<MediaVerdict> {
  const attachment = { type: 'file', reference: 'BQACwrn', ...(size !== undefined && { size }) } as const;
  return telegram.media.load(account, attachment, { maxBytes, signal: AbortSignal.timeout(2_000) });
}

/** Answers `getFile` with the first, the file's address with the second. */
function answering(first: ScriptedAnswer, second?: ScriptedAnswer): void {
  network.script = ({ url }) => (url.startsWith('/file/') ? second : first);
}

test('a file is asked for by its id and streamed from its address', async () => {
  answering(found('documents/file 31.pdf'), { status: 200, body: 'content' });
  const verdict = await load(7);
  if (verdict.kind !== 'loaded') throw new Error(verdict.sentence);
  expect(verdict.name).toBe('file 31.pdf');
  expect(String(Buffer.concat(await verdict.body.toArray()))).toBe('content');
  expect(network.calls.map(({ method, url, body }) => [method, url, body])).toEqual([
    ['POST', `/bot${TOKEN}/getFile`, '{"file_id":"BQACwrn"}'],
    ['GET', `/file/bot${TOKEN}/documents/file%2031.pdf`, ''],
  ]);
});

test.each<[string, ScriptedAnswer, ScriptedAnswer | undefined, string]>([
  ['too big for bots', refusal(400, 'Bad Request: file is too big'), undefined, 'too_large'],
  [
    'away for now',
    refusal(400, 'Bad Request: wrong file_id or the file is temporarily unavailable'),
    undefined,
    'retry',
  ],
  ['gone', refusal(400, 'Bad Request: invalid file_id'), undefined, 'permanent'],
  ['too many questions', refusal(429, 'Too Many Requests: retry after 3'), undefined, 'retry'],
  ['a revoked token', refusal(401, 'Unauthorized'), undefined, 'retry'],
  ['trouble at Telegram', { status: 502, body: '<html>' }, undefined, 'retry'],
  ['no address', found(), undefined, 'retry'],
  ['an address that ended', found('documents/a'), refusal(404, 'Not Found'), 'retry'],
  ['an address on the disk of a local server', found('/var/lib/bot/documents/a'), undefined, 'permanent'],
  ['an address that climbs', found('documents/../../getMe'), undefined, 'permanent'],
  ['larger than allowed', found('documents/a'), { status: 200, body: 'x'.repeat(2_000) }, 'too_large'],
  ['no answer', found('documents/a'), undefined, 'retry'],
])('a file that is not to be had: %s', async (_, first, second, verdict) => {
  answering(first, second);
  const said = await load();
  if (said.kind === 'loaded') {
    // Its length was not told before.
    expect(verdict).toBe('too_large');
    await expect(said.body.toArray()).rejects.toBeInstanceOf(AnswerTooLarge);
    return;
  }
  expect(said).toMatchObject({
    kind: 'refused',
    class: verdict,
    sentence: expect.stringMatching(/^\p{L}.*\.$/u) as string,
  });
  expect(inspect(said)).not.toContain('AAForSamples');
});

test('a file known to be too large is not asked for', async () => {
  expect(await load(1_001)).toMatchObject({ kind: 'refused', class: 'too_large' });
  const atTelegram = new TelegramMessenger({}, http);
  const attachment = { type: 'video', reference: 'BAACrgkykg', size: 67108864 } as const;
  const options = { maxBytes: 100_000_000, signal: AbortSignal.timeout(1_000) };
  expect(await atTelegram.media.load(account, attachment, options)).toMatchObject({
    kind: 'refused',
    class: 'too_large',
    sentence: expect.stringContaining('20 MB') as string,
  });
  expect(network.calls).toEqual([]);
});
