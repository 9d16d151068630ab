import { messageNames, schemas, type JsonSchema } from './schemas.js';

/** Shapes that are text, or numbers and text, in Python as well. */
const PLAIN: Record<string, string> = {
  Channel: 'str',
  Decimal: 'str',
  GameId: 'str',
  ReplaySpeed: 'Union[float, str]',
  ResumeToken: 'str',
  SessionId: 'str',
};
/** Words that cannot be the name of a field of a class. */
const KEYWORDS = new Set(['from', 'in', 'is', 'not', 'or', 'and', 'class', 'def', 'for', 'if', 'else']);

/** What every event has is written once; the others are made from it. */
const ENVELOPE = 'Envelope';
const OWN_FIELDS = new Set(['type', 'data']);

/** The Python client's modules of types: a TypedDict of each event and reply, and of the shapes that they use. */
export function pythonTypes(): Map<string, string> {
  const all = schemas('draft-2020-12');
  const write = (
    title: string,
    imports: string,
    fill: (add: (name: string, key: string) => string) => string,
  ) => {
    const classes = new PythonClasses();
    const end = fill((name, key) => classes.name(name, all[key] ?? {}));
    const made =
      'Made by `npm run protocol-docs` from packages/protocol/src: change the schemas, not this file.';
    const body = [...classes.texts, end].filter((text) => text !== '').join('\n\n');
    const names = ['Any', 'Dict', 'List', 'Literal', 'Optional', 'TypedDict', 'Union'];
    const used = names.filter((name) => new RegExp(`\\b${name}\\b`).test(body));
    return `"""${title}\n\n${made}\n"""\n\nfrom typing import ${used.join(', ')}\n${imports}\n\n${body}`;
  };
  return new Map([
    ['shapes.py', write('Shapes that several messages use.', '', writeShapes)],
    ['events.py', write('Events, as typed dictionaries.', '', writeEvents)],
    [
      'replies.py',
      write(
        'Answers and notices of the gateway, as typed dictionaries.',
        '\nfrom .shapes import PaperHappening, PaperSession\n',
        writeReplies,
      ),
    ],
  ]);
}

type Add = (name: string, key: string) => string;

function writeShapes(add: Add): string {
  const shapes = ['GamesFilter', 'Sizing', 'Strategy', 'PaperOrder', 'PaperHappening', 'PaperSession'];
  for (const shape of shapes) add(shape, shape);
  return '';
}

function writeEvents(add: Add): string {
  add(ENVELOPE, 'event.raw');
  const known = messageNames('event').filter((name) => name !== 'raw');
  const events = known.map((name) => add(`${camel(name)}Event`, `event.${name}`));
  add('RawEvent', 'event.raw');
  return `# Narrow it by its "type". Events of the channels raw.* are RawEvent.\n${unionOf('Event', events)}`;
}

function writeReplies(add: Add): string {
  return unionOf(
    'Reply',
    messageNames('reply').map((name) => add(`${camel(name)}Reply`, `reply.${name}`)),
  );
}

const camel = (name: string): string =>
  name.replace(/(?:^|[._])(\w)/g, (_match, letter: string) => letter.toUpperCase());

function unionOf(name: string, members: readonly string[]): string {
  return `${name} = Union[\n${members.map((member) => `    ${member},\n`).join('')}]\n`;
}

class PythonClasses {
  readonly texts: string[] = [];

  /** Writes what a schema needs, and says under which name: `suggested` for an object, or a type. */
  name(suggested: string, schema: JsonSchema): string {
    const parts = schema.oneOf ?? schema.anyOf;
    if (parts?.every(({ properties }) => properties !== undefined) !== true)
      return this.#type(suggested, schema);
    const members = parts.map((part) => this.#type(suggested + variantName(part), part));
    this.texts.push(unionOf(suggested, members));
    return suggested;
  }

  #type(suggested: string, schema: JsonSchema): string {
    const { $ref, enum: values, type } = schema;
    if ($ref !== undefined) return referred($ref);
    if (schema.const !== undefined) return `Literal[${literalOf(schema.const)}]`;
    if (values !== undefined) return `Literal[${values.map(literalOf).join(', ')}]`;
    if (schema.properties !== undefined) return this.#class(suggested, schema);
    const parts =
      schema.anyOf ?? schema.oneOf ?? (Array.isArray(type) ? type.map((one) => ({ type: one })) : undefined);
    if (parts !== undefined) return this.#union(suggested, parts);
    if (type === 'array') return `List[${this.#type(`${suggested}Item`, schema.items ?? {})}]`;
    return SIMPLE[String(type)] ?? 'Any';
  }

  #union(suggested: string, parts: readonly JsonSchema[]): string {
    const some = parts.filter(({ type }) => type !== 'null');
    const types = some.map((part) => this.#type(suggested, part));
    const one = types.length === 1 ? (types[0] ?? 'Any') : `Union[${types.join(', ')}]`;
    return some.length < parts.length ? `Optional[${one}]` : one;
  }

  #class(name: string, { properties = {}, required = [], description }: JsonSchema): string {
    const isEvent = Object.hasOwn(properties, 'v');
    const isWritten = (field: string): boolean => !isEvent || OWN_FIELDS.has(field) === (name !== ENVELOPE);
    const given = Object.entries(properties).filter(([field]) => isWritten(field));
    const fields = given.map(([field, schema]) => ({
      field,
      optional: !required.includes(field),
      type: this.#type(name + camel(field), schema),
    }));
    const text = description === undefined || name === ENVELOPE ? '' : `    """${description}"""\n\n`;
    const lines = (chosen: typeof fields): string =>
      chosen.map(({ field, type }) => `    ${field}: ${type}\n`).join('');
    const optional = fields.filter((field) => field.optional);
    const certain = fields.filter((field) => !field.optional);
    if (fields.some(({ field }) => KEYWORDS.has(field))) {
      const entries = fields.map(({ field, type }) => `    ${JSON.stringify(field)}: ${type},\n`).join('');
      this.texts.push(`${name} = TypedDict("${name}", {\n${entries}}, total=False)\n`);
    } else if (optional.length === 0) {
      const base = isEvent && name !== ENVELOPE ? ENVELOPE : 'TypedDict';
      this.texts.push(`class ${name}(${base}):\n${text}${lines(certain)}`);
    } else {
      // NotRequired is newer than Python 3.10.
      this.texts.push(`class _${name}(TypedDict):\n${lines(certain) || '    pass\n'}`);
      this.texts.push(`class ${name}(_${name}, total=False):\n${text}${lines(optional)}`);
    }
    return name;
  }
}

const SIMPLE: Record<string, string> = {
  string: 'str',
  integer: 'int',
  number: 'float',
  boolean: 'bool',
  object: 'Dict[str, Any]',
};

function referred(ref: string): string {
  const name = ref.slice(ref.lastIndexOf('/') + 1);
  return PLAIN[name] ?? name;
}

/** `kind: "sidebets"` -> `Sidebets` */
function variantName({ properties = {} }: JsonSchema): string {
  const values = Object.values(properties).map(({ const: value }) => value);
  return camel(values.find((value) => typeof value === 'string') ?? '');
}

/** JSON's constants have other names in Python; texts and numbers are written alike. */
function literalOf(value: unknown): string {
  if (value === null) return 'None';
  return typeof value === 'boolean' ? (value ? 'True' : 'False') : JSON.stringify(value);
}
