import { STATUS_CODES } from 'node:http';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { type DocumentedOperation, nameOf, type RawDocument } from './document.js';

export interface GivenAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

export interface ProblemView {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly requestId: string;
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[];
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const FORMATS = {
  uuid: UUID,
  'date-time': /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
  date: /^\d{4}-\d\d-\d\d$/,
  uri: /^[a-z][a-z0-9+.-]*:\S+$/,
  email: /^\S+@\S+$/,
  binary: true,
} as const;

const PROBLEM = { $ref: '#/components/schemas/Problem' };

/** Words that only our insides know. */
const INSIDES =
  /\b(select|insert|update) .* (from|into|set)\b|violates|postgres|sqlstate|syntax error|\bat \S+ \(|node_modules|undefined|\[object|NaN|\bDto\b|TypeError|Cannot read/i;

/** What the document says of every answer. Stricter than it: a member it does not mention is a fault. */
export class AnswerSchemas {
  private readonly ajv = new Ajv2020({ formats: FORMATS, allErrors: true, strict: false });
  private readonly validators = new Map<string, ValidateFunction>();

  constructor(document: RawDocument) {
    // One by one: parts of one large schema are compiled anew for each answer that has them.
    for (const [name, schema] of Object.entries(document.components.schemas))
      this.ajv.addSchema(closed(schema) as object, name);
  }

  /** What is wrong with an answer; empty where nothing is. */
  faultsOf(operation: DocumentedOperation, answer: GivenAnswer): string[] {
    const { status, text } = answer;
    const content = operation.answers.get(status);
    if (!content) return [`${status} is not documented`];
    const type = String(answer.headers['content-type'] ?? '').replace(/;.*/, '');
    const types = Object.keys(content);
    if (types.length === 0) return text === '' ? [] : [`${status} has a body`];
    // An error may always be told as a problem, also where a page for people is the rule.
    const schema = type === 'application/problem+json' && status >= 400 ? PROBLEM : content[type]?.schema;
    if (!schema)
      return types.includes('application/octet-stream')
        ? []
        : [`${status} is ${type || 'of no type'}, not ${types.join()}`];
    if (!/json/.test(type)) return [];
    const value: unknown = JSON.parse(text);
    return [
      ...this.check(`${operation.name} ${status}`, schema, value),
      ...(status >= 400 ? problemFaults(value as ProblemView, answer) : []),
      ...insecureIn(answer),
    ];
  }

  private check(name: string, schema: object, value: unknown): string[] {
    const validate = this.validators.get(name) ?? this.ajv.compile(closed(schema) as object);
    this.validators.set(name, validate);
    if (validate(value)) return [];
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) =>
        `${instancePath.replace(/\/\d+/g, '/*')} ${message} ${JSON.stringify(params)}`,
    );
  }
}

/** What no browser that got hold of an answer shall make of it. */
function insecureIn({ headers }: GivenAnswer): string[] {
  const secure = { 'content-security-policy': /default-src 'none'/, 'x-content-type-options': /^nosniff$/ };
  return Object.entries(secure).flatMap(([name, wanted]) => (wanted.test(String(headers[name])) ? [] : [`no ${name}`]));
}

/** The form every problem has, whatever the document says. */
function problemFaults(problem: ProblemView, { status, headers }: GivenAnswer): string[] {
  const wrong: [boolean, string][] = [
    [problem.type !== `urn:parley:problem:${problem.code}`, `type ${problem.type}`],
    [!/^[a-z][a-z0-9_]*$/.test(problem.code), `code ${problem.code}`],
    [problem.title !== STATUS_CODES[status], `title ${problem.title}`],
    [problem.status !== status, `status ${problem.status}`],
    [problem.requestId !== headers['x-request-id'], `requestId ${problem.requestId}`],
    [!/^[A-Z“"].*[.?!]$/s.test(problem.detail), `no sentence: ${problem.detail}`],
    [INSIDES.test(JSON.stringify(problem)), `tells of our insides: ${JSON.stringify(problem)}`],
    [problem.code === 'refused_by_database', 'refused by the database, not before'],
    [status === 401 && headers['www-authenticate'] === undefined, '401 without WWW-Authenticate'],
    [[429, 503].includes(status) && headers['retry-after'] === undefined, `${status} without Retry-After`],
    ...(problem.errors ?? []).map(({ pointer, detail }): [boolean, string] => [
      !/^(#$|#\/|\?.)/.test(pointer) || detail.length < 4,
      `error ${pointer}: ${detail}`,
    ]),
  ];
  return wrong.flatMap(([isWrong, what]) => (isWrong ? [what] : []));
}

function closed(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(closed);
  const inside = Object.fromEntries(
    Object.entries(value).map(([key, member]) => [
      key,
      key === '$ref' && typeof member === 'string' ? nameOf(member) : closed(member),
    ]),
  );
  const names = 'properties' in value && typeof value.properties === 'object' && 'type' in value;
  return names && !('additionalProperties' in value) ? { ...inside, additionalProperties: false } : inside;
}
