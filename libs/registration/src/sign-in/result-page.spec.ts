import { createHash } from 'node:crypto';
import { PAGE_HEADERS, resultPage } from './result-page.js';

const failed = (sentence: string) => resultPage({ kind: 'failed', code: 'x', sentence });

test.each([
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  "' onload='alert(1)",
  '&lt;b&gt;',
  '</p></body>',
])('text is text: %s', (sentence) => {
  const page = failed(sentence);
  expect(page).not.toContain(sentence);
  expect(page.match(/<(?!!doctype|\/?(html|head|body|meta|title|style|h1|p)\b)/g)).toBeNull();
});

test('its policy allows its own style and nothing else', () => {
  const [, style = ''] = /<style>(.*)<\/style>/s.exec(resultPage({ kind: 'granted' })) ?? [];
  const hash = createHash('sha256').update(style).digest('base64');
  expect(PAGE_HEADERS['content-security-policy']).toContain(`default-src 'none'; style-src 'sha256-${hash}';`);
  expect(PAGE_HEADERS['content-security-policy']).toContain("frame-ancestors 'none'");
});
