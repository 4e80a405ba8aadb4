/** An S3-compatible store: AWS itself, MinIO, Garage, Ceph, … */
export interface S3Options {
  /** Without the bucket: `https://s3.eu-central-1.amazonaws.com`. Reached as it is, also on loopback. */
  readonly endpoint: string;
  readonly bucket: string;
  readonly region: string;
  readonly accessKey: string;
  readonly secretKey: string;
}

export const DEFAULT_MAX_BYTES = 25 * 1024 * 1024;

export class AttachmentsOptions {
  /** Where content is kept, or with S3 only passes through on its way in. */
  readonly directory: string;
  /** The largest file that is taken, in and out. */
  readonly maxBytes: number = DEFAULT_MAX_BYTES;
  readonly s3?: S3Options;
  /**
   * How often a messenger is asked for a file before it is given up: growing pauses up to six hours, a month together. So long
   * live the links of Facebook that live longest; a link that has ended is a refusal that ends the asking.
   */
  readonly maxAttempts: number = 125;

  /** One try of that, from asking the messenger to the last byte: however slowly it gives, others wait for no longer. */
  readonly fetchMs: number = 3 * 60_000;

  constructor(options: Partial<AttachmentsOptions> & { readonly directory: string }) {
    this.directory = options.directory;
    Object.assign(this, options);
  }
}
