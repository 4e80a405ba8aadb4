import { GuardedHttp } from '#messenger-kit';
import { aScriptedServer, type ScriptedServer } from '../../../messenger-kit/testing.js';
import { verdictOf } from './errors.js';
import { ViberApi } from './viber-api.js';

const token = '5a5a5a5a5a5a5a5a-3c3c3c3c3c3c3c3c-6b6b6b6b6b6b6b6b';
let network: ScriptedServer;
let http: GuardedHttp;

beforeEach(async () => {
  network = await aScriptedServer();
  http = new GuardedHttp({ trustedOrigins: [network.url] });
});
afterEach(async () => {
  await http.close();
  await network.close();
});

test.each([
  [500, '{"timestamp":1792468135101,"status":500,"error":"Internal Server Error","path":"/pa/send_message"}'],
  [503, '{"status":503,"message":"upstream timed out"}'],
  [502, '{"status":0,"status_message":"ok","message_token":5617382940165281794}'],
])('what a server in trouble (%i) says is not Viber’s word, whatever it calls a status', async (status, body) => {
  network.script = () => ({ status, body });
  const answer = await new ViberApi(http, network.url).call({ token, method: 'send_message' });
  expect(answer).toEqual({ kind: 'unreadable', status });
  expect(answer.kind === 'unreadable' && verdictOf(answer)).toMatchObject({ kind: 'unknown' });
});
