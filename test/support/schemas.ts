import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

interface JsonObject {
  readonly [key: string]: unknown;
}

interface Document {
  readonly webhooks: Readonly<Record<string, { readonly post: Delivery }>>;
  readonly components: { readonly schemas: JsonObject };
}

interface Delivery {
  readonly requestBody: {
    readonly content: {
      readonly 'application/json': { readonly schema: { readonly $ref: string }; readonly example: unknown };
    };
  };
}

const FORMATS = {
  uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
};

/** What the OpenAPI document says of each type of event. Stricter than it: a member it does not mention is a fault. */
export class EventSchemas {
  private readonly ajv = new Ajv2020({ formats: FORMATS, allErrors: true });
  private readonly validators = new Map<string, ValidateFunction>();

  constructor(private readonly document: Document) {}

  get types(): string[] {
    return Object.keys(this.document.webhooks);
  }

  exampleOf(type: string): unknown {
    return this.contentOf(type)?.example;
  }

  /** What is wrong with an event of this type; empty where nothing is. */
  faultsOf(type: string, event: unknown): string[] {
    const content = this.contentOf(type);
    if (!content) return [`${type} is not in the document`];
    const validate = this.validators.get(type) ?? this.ajv.compile(this.closed(content.schema.$ref));
    this.validators.set(type, validate);
    if (validate(event)) return [];
    return (validate.errors ?? []).map(({ instancePath, message }) => `${type}${instancePath} ${message}`);
  }

  private contentOf(type: string) {
    return this.document.webhooks[type]?.post.requestBody.content['application/json'];
  }

  private closed(ref: string): JsonObject {
    const name = ref.replace('#/components/schemas/', '');
    return closed(this.document.components.schemas[name]) as JsonObject;
  }
}

function closed(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(closed);
  const inside = Object.fromEntries(Object.entries(value).map(([key, member]) => [key, closed(member)]));
  return 'required' in value && Array.isArray(value.required) ? { ...inside, additionalProperties: false } : inside;
}
