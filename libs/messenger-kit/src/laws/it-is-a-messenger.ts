import type { Messenger } from '../contract.js';
import { GuardedHttp } from '../http/guarded-http.js';
import { agreementLaws } from './agreement-laws.js';
import { carryingLaws } from './carrying-laws.js';
import { contentLaws } from './content-laws.js';
import { mediaLaws, pollerLaws } from './fetching-laws.js';
import { incomeLaws } from './income-laws.js';
import type { MessengerSubject } from './messenger-subject.js';
import { outcomeLaws } from './outcome-laws.js';
import { registrationLaws } from './registration-laws.js';
import { requestLaws } from './request-laws.js';
import { aScriptedServer, type ScriptedServer } from './scripted-server.js';
import { silenceLaws } from './silence-laws.js';

/**
 * The laws every messenger keeps, as tests: call it at the top of the messenger's spec. What is real: the messenger and
 * the HTTP client. What is not: the network, which is a server on loopback that follows a script.
 */
export function itIsAMessenger(name: string, subject: MessengerSubject): void {
  describe(`${name} is a messenger`, () => {
    let network: ScriptedServer;
    let http: GuardedHttp;
    let messenger: Messenger;

    beforeEach(async () => {
      network = await aScriptedServer();
      http = new GuardedHttp({ trustedOrigins: [network.url], timeoutMs: 2_000 });
      messenger = subject.make(network.url, http);
    });
    afterEach(async () => {
      await http.close();
      await network.close();
    });

    const laws = [outcomeLaws, carryingLaws, requestLaws, mediaLaws, pollerLaws, registrationLaws, silenceLaws];
    incomeLaws(subject, () => messenger);
    agreementLaws(subject, () => messenger);
    contentLaws(() => messenger);
    for (const law of laws) {
      law(
        subject,
        () => messenger,
        () => network,
      );
    }
  });
}
