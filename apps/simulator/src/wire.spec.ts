import { signatureOf } from './meta/page-events.js';
import { proofOf } from './meta/tokens.js';
import { metaBytes, telegramBytes } from './wire.js';

const SECRET = 'dev_app_secret_0123456789abcdef';

test('Meta’s published vector: escaped to the byte, and signed', () => {
  const message = { mid: 'm_SignVector7', text: 'Süßes 🙂 https://example.com/?k=4&m=6' };
  const frame = { sender: { id: '7329150486617043' }, recipient: { id: '108326419507742' }, timestamp: 1791234567123 };
  const entry = [{ id: '108326419507742', time: 1791234567890, messaging: [{ ...frame, message }] }];
  const body = metaBytes({ object: 'page', entry });
  expect(body).toHaveLength(291);
  expect(signatureOf(SECRET, body)).toBe('sha256=254427b2bd489f80b4f012d2cff0467b91f05452f4114eaccfcc8eefdc9de0da');
});

test('the proof of a token', () => {
  expect(proofOf(SECRET, 'EAATestPageToken')).toBe('cc4d309d26ea2f3503337c9872eb7ff3c4ba3a7d60f2a1beafddd421c51631f5');
});

test('an update has a newline after its id and no characters beyond ASCII', () => {
  const bytes = telegramBytes(7, { message: { text: 'é 🙂 https://x/y' } }).toString('latin1');
  expect(bytes).toBe('{"update_id":7,\n"message":{"text":"\\u00e9 \\ud83d\\ude42 https://x/y"}}');
  expect(telegramBytes(8, {}).toString()).toBe('{"update_id":8}');
});
