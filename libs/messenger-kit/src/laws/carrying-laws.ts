import type { Messenger, OutgoingFile } from '../contract.js';
import type { MessageContent } from '../unified-message.js';
import { FILE_TYPES, fileOf } from './content-samples.js';
import { contextOf } from './law-context.js';
import type { MessengerSubject } from './messenger-subject.js';
import type { ScriptedServer } from './scripted-server.js';

const ID = '0199a1b2-0000-7000-8000-000000000002';
const BYTES = Buffer.from('what is in the file');
const LINK = 'https://chat.example.com/files/what-is-in-the-file';

/** Laws of powers: what a messenger says it can send is in its calls. */
export function carryingLaws(
  subject: MessengerSubject,
  messenger: () => Messenger,
  network: () => ScriptedServer,
): void {
  /** All that was said to the network for this content. */
  const saidFor = async (content: MessageContent): Promise<string> => {
    network().script = () => subject.sendAnswers.sent;
    const from = network().calls.length;
    const files = (content.attachments ?? []).map(outgoing);
    await messenger().outcome.send({ id: ID, content, files }, contextOf(subject, network()));
    const calls = network().calls.slice(from);
    return calls.map(({ url, body }) => `${url} ${unescaped(body)}`).join('\n');
  };
  const can = (power: string): boolean => (messenger().outcome.powers as readonly string[]).includes(power);

  test('a file is in a call: its content, or where the network finds it', async () => {
    for (const type of FILE_TYPES.filter(can)) {
      const said = await saidFor({ attachments: [fileOf(type)] });
      const ways = [BYTES.toString(), BYTES.toString('base64'), LINK, encodeURIComponent(LINK)];
      expect([type, ways.some((way) => said.includes(way)) ? 'is there' : said]).toEqual([type, 'is there']);
    }
  });

  test('choices are in the call, each with its title', async () => {
    if (!can('choices')) return;
    const said = await saidFor({ text: 'Which one?', choices: [{ title: 'Oak' }, { title: 'Ash' }] });
    for (const title of ['Which one?', 'Oak', 'Ash']) expect(said).toContain(title);
  });

  test('an answer to a message is said in another way than one to none', async () => {
    const target = subject.requestAnswers?.target;
    if (!can('reply') || target === undefined) return;
    expect(await saidFor({ text: 'Hello', replyTo: target })).not.toBe(await saidFor({ text: 'Hello' }));
  });
}

function outgoing({ type, name = 'a', mimeType = 'text/plain' }: ReturnType<typeof fileOf>): OutgoingFile {
  return { type, name, mimeType, size: BYTES.length, link: LINK, read: () => Promise.resolve(BYTES) };
}

/** JSON may escape the slashes of an address. */
function unescaped(body: string): string {
  return body.replaceAll('\\/', '/');
}
