import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import {
  ANSWERS,
  asyncApi,
  COMMAND_EXAMPLES,
  documents,
  EVENT_EXAMPLES,
  messageNames,
  REPLY_EXAMPLES,
  schemaDocument,
  type JsonSchema,
} from '../../src/documents/index.js';
import {
  CLOSE_CODES,
  CLOSE_MEANINGS,
  command,
  ERRORS,
  EVENT_TYPES,
  parseEvent,
  reply,
  ROLES,
} from '../../src/index.js';

const inProject = (path: string): string => fileURLToPath(new URL(`../../../../${path}`, import.meta.url));
const VERSION = '0.1.0';

/** Every example with the name of its schema. */
const examples: [string, object][] = [
  ...EVENT_EXAMPLES.map((event): [string, object] => [
    `event.${event.type.startsWith('raw.') ? 'raw' : event.type}`,
    event,
  ]),
  ...Object.entries(COMMAND_EXAMPLES).map(([action, example]): [string, object] => [
    `command.${action}`,
    example,
  ]),
  ...Object.entries(REPLY_EXAMPLES).map(([type, example]): [string, object] => [`reply.${type}`, example]),
];

const document = schemaDocument();
const shapes = document.$defs as Record<string, JsonSchema>;

function validatorOf(name: string): ValidateFunction {
  // A `default` beside a `$ref`, and unions of types, are what zod writes.
  const ajv = new Ajv2020({ strict: true, strictTypes: false, allErrors: true });
  return ajv.compile({ $ref: `#/$defs/${name}`, $defs: shapes });
}

describe('the documents made from the schemas', () => {
  it.each([...documents(VERSION)])(
    '%s is what the code says now: otherwise run npm run protocol-docs',
    (path, text) => {
      expect(readFileSync(inProject(path), 'utf8')).toBe(text);
    },
  );

  it('have the version of the package', () => {
    const { version } = JSON.parse(readFileSync(inProject('packages/protocol/package.json'), 'utf8')) as {
      version: string;
    };
    expect(VERSION).toBe(version);
  });

  it('link to pages and headings that there are', () => {
    for (const [path, text] of documents(VERSION)) {
      if (!path.endsWith('.md') && !path.endsWith('.txt')) continue;
      const folder = path.includes('/') ? path.slice(0, path.lastIndexOf('/') + 1) : '';
      const anchors = new Set(
        [...text.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
          title
            .toLowerCase()
            .replace(/&\w+;|[^\w -]/g, '')
            .replaceAll(' ', '-'),
        ),
      );
      for (const [, target = ''] of text.matchAll(/\]\(([^)]+)\)/g)) {
        if (target.startsWith('#')) expect(anchors, `${path}: ${target}`).toContain(target.slice(1));
        else expect(existsSync(inProject(folder + target)), `${path}: ${target}`).toBe(true);
      }
    }
  });

  it('have an example of every event, command and reply, and say what each means', () => {
    const names = new Set(examples.map(([name]) => name));
    for (const kind of ['event', 'command', 'reply'] as const) {
      for (const name of messageNames(kind)) {
        expect(names, `an example of ${kind} ${name}`).toContain(`${kind}.${name}`);
        expect(shapes[`${kind}.${name}`]?.description, `a description of ${kind} ${name}`).toMatch(/\w\.$/);
      }
    }
    expect(messageNames('event')).toEqual([...EVENT_TYPES, 'raw']);
    expect(Object.keys(ANSWERS)).toEqual(messageNames('command'));
  });

  it('name every error code, close code and role', () => {
    const page = documents(VERSION).get('docs/protocol.md') ?? '';
    for (const [code, meaning] of Object.entries(ERRORS)) {
      expect(meaning).toMatch(/\w\.$/);
      expect(page).toContain(`| \`${code}\` | ${meaning} |`);
    }
    for (const [name, code] of Object.entries(CLOSE_CODES)) {
      const meaning = CLOSE_MEANINGS[name as keyof typeof CLOSE_CODES];
      expect(meaning).toMatch(/\w\.$/);
      expect(page).toContain(`| ${code} | \`${name}\` | ${meaning} |`);
    }
    for (const role of ROLES) expect(page).toContain(`| \`${role}\` |`);
  });
});

describe('an example', () => {
  it.each(EVENT_EXAMPLES.map((event) => [event.type, event]))('of the event %s is one', (_type, event) => {
    expect(parseEvent(event)).toEqual(event);
  });

  it.each(Object.entries(COMMAND_EXAMPLES))('of the command %s is one', (_action, example) => {
    expect(command.parse(example)).toEqual(example);
  });

  it.each(Object.entries(REPLY_EXAMPLES))('of the reply %s is one', (_type, example) => {
    expect(reply.parse(example)).toEqual(example);
  });
});

describe('the JSON Schema', () => {
  it.each(examples)('of %s takes its example, and refuses it broken', (name, example) => {
    const validate = validatorOf(name);
    expect(validate(example), JSON.stringify(validate.errors)).toBe(true);
    for (const field of shapes[name]?.required ?? []) {
      const missing = Object.fromEntries(Object.entries(example).filter(([key]) => key !== field));
      expect(validate(missing), `${name} without ${field}`).toBe(false);
      // What any value may be is not to be broken.
      if (field !== 'data') expect(validate({ ...example, [field]: { no: 1 } }), field).toBe(false);
    }
    for (const other of examples) if (other[0] !== name) expect(validate(other[1]), other[0]).toBe(false);
  });

  it('as a whole takes every example and nothing else', () => {
    const validate = new Ajv2020({ strict: true, strictTypes: false }).compile(document);
    for (const [name, example] of examples) expect(validate(example), name).toBe(true);
    for (const nonsense of [3, null, {}, { type: 'no.such' }, { action: 'dance' }])
      expect(validate(nonsense), JSON.stringify(nonsense)).toBe(false);
  });

  it('takes strategies as the first systems wrote them, and takes what the schema in code takes', () => {
    const validate = validatorOf('command.join_live');
    const ladder = {
      name: 'late',
      entry_tick: 200,
      num_bets: 2,
      bet_sizes: [0.01, '0.02'],
      initial_balance: 1,
    };
    const given = { action: 'join_live', session_id: 'a', strategy: ladder };
    expect(validate(given), JSON.stringify(validate.errors)).toBe(true);
    expect(command.safeParse(given).success).toBe(true);
    expect(validate({ ...given, strategy: { ...ladder, num_bets: 'two' } })).toBe(false);
  });
});

describe('the AsyncAPI document', () => {
  const official = createRequire(import.meta.url)('@asyncapi/specs/schemas/3.0.0.json') as object;
  const api = asyncApi(VERSION);

  it('is one by the official schema of AsyncAPI 3.0.0, which refuses it broken', () => {
    const validate = new Ajv({
      strict: false,
      validateFormats: false,
      meta: false,
      validateSchema: false,
    }).compile(official);
    expect(validate(api), JSON.stringify(validate.errors?.slice(0, 3))).toBe(true);
    expect(validate({ ...api, asyncapi: '2.6.0' })).toBe(false);
    expect(validate({ ...api, operations: { x: { action: 'shout' } } })).toBe(false);
  });

  it('refers to nothing that is not there', () => {
    const refs = new Set(
      [...JSON.stringify(api).matchAll(/"\$ref":"#\/([^"]+)"/g)].map(([, path = '']) => path),
    );
    expect(refs.size).toBeGreaterThan(100);
    for (const path of refs) {
      const found = path.split('/').reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], api);
      expect(found, path).toBeDefined();
    }
  });
});
