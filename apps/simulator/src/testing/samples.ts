/** A picture of 1×1. */
export const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

export const aPicture = { kind: 'image', name: 'lamp.png', type: 'image/png', bytes: PNG } as const;

export const aDocument = {
  kind: 'file',
  name: 'договір 7.pdf',
  type: 'application/pdf',
  bytes: Buffer.from('%PDF-1.4 sample'),
} as const;
