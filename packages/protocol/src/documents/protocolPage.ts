import { CLOSE_CODES, CLOSE_MEANINGS, ERRORS, MAX_COMMAND_BYTES, ROLE_MEANINGS } from '../gateway.js';
import { notices } from './asyncapi.js';
import { EVENT_EXAMPLES, eventExample } from './eventExamples.js';
import { fieldTable, jsonBlock, table, typeText } from './markdown.js';
import { ANSWERS, COMMAND_EXAMPLES, REPLY_EXAMPLES } from './messageExamples.js';
import { schemas, SHAPE_NAMES, type JsonSchema } from './schemas.js';

/** docs/protocol.md: every message, field, error code and close code, as the schemas have them. */
export function protocolPage(): string {
  const all = schemas('draft-2020-12');
  const schemaOf = (name: string): JsonSchema => {
    const found = all[name];
    if (found === undefined) throw new RangeError(`expected a schema ${name}, there is none`);
    return found;
  };
  const sections = [
    introduction(),
    eventsSection(schemaOf),
    commandsSection(schemaOf),
    repliesSection(schemaOf),
    errorsSection(),
    closeCodesSection(),
    ['## Shapes', ...SHAPE_NAMES.flatMap((name) => shape(name, schemaOf(name)))],
  ];
  return sections.flat().filter(isFilled).join('\n\n') + '\n';
}

type SchemaOf = (name: string) => JsonSchema;
const isFilled = (part: string): boolean => part !== '';
const code = (text: string): string => '`' + text + '`';

function introduction(): string[] {
  return [
    '# The protocol',
    '<!-- Made by `npm run protocol-docs` from packages/protocol/src. Change the schemas, not this page. -->',
    `The gateway's WebSocket, \`ws://<host>:<port>/ws\`: JSON objects in text frames, those of a client of at most ${MAX_COMMAND_BYTES} bytes. Readers leave out fields that they do not know. The same for programs: [JSON Schema](protocol.schema.json) of every message, [AsyncAPI 3](asyncapi.json). How the gateway behaves, its limits, and REST: [gateway.md](gateway.md). Clients that keep these rules by themselves: TypeScript (\`@vectra/client\`), [Python](python.md).`,
    jsonBlock(COMMAND_EXAMPLES.subscribe, REPLY_EXAMPLES.subscribed, eventExample('game.tick')),
    '- An event has `v`, an answer or notice of the gateway has not: those have a `type` of their own, and `ref` if the command had one.',
    '## To miss nothing, and have nothing twice',
    [
      '1. Keep the `id` of the last event, and take that of `pong` too: then the place stays young although your channels are silent.',
      '2. When the connection is lost, wait, connect again, and send `subscribe` with that id as `since`. Wait a random time up to a ceiling that doubles from 0.25 s to 10 s; after `goaway`, the time that it says.',
      '3. `recovered: true`: every event after it follows, in order and once, then the live ones without a gap. `recovered: false` with a `reason`: events were missed (`epoch_changed`: the log began anew; `trimmed`: they are not stored any more; `ahead`: the log has not got that far), and live ones follow from `id` on. Without `since` there is no reason.',
      '4. Events with `source: "replay"` have their own ids: they never move the place. What a `snapshot` holds is older than its `id`, and does not move it either.',
      '5. Send `ping` every 10 s. A connection that says nothing until the next time is dead: replace it.',
      '6. The [close code](#close-codes) says whether to come back.',
    ].join('\n'),
    '## Roles',
    'A token comes with the header `Authorization: Bearer <token>` of the upgrade, or with the command `auth`; never in an address. Public events, recordings and replay need none. Each role may do what those before it may:',
    table(
      ['role', 'may'],
      Object.entries(ROLE_MEANINGS).map(([role, meaning]) => [code(role), meaning]),
    ),
    'Without `GATEWAY_TOKENS`, whoever reaches the port is a `trader`; an `operator` needs a token in any case.',
  ];
}

function eventsSection(schemaOf: SchemaOf): string[] {
  const envelope = schemaOf('event.game.tick');
  return [
    '## Events',
    'Each event is an object of these fields. Prices and money are decimal strings that read back to exactly the number received, ticks are counts from 0, times are Unix ms.',
    fieldTable({ ...envelope, properties: { ...envelope.properties, type: { type: 'string' }, data: {} } }),
    ...EVENT_EXAMPLES.flatMap((event) => {
      const isRaw = event.type.startsWith('raw.');
      const schema = schemaOf(isRaw ? 'event.raw' : `event.${event.type}`);
      return [
        `### ${isRaw ? 'raw.&lt;event&gt;' : event.type}`,
        schema.description ?? '',
        fieldTable(schema.properties?.data ?? {}),
        jsonBlock(event),
      ];
    }),
  ];
}

function commandsSection(schemaOf: SchemaOf): string[] {
  return [
    '## Commands',
    'What a client may send. Any command may bring a `ref` of up to 64 characters, which comes back with its answer or its error. When a command is refused, the answer is [error](#error-answer).',
    ...Object.entries(COMMAND_EXAMPLES).flatMap(([action, example]) => {
      const schema = schemaOf(`command.${action}`);
      const answers = Object.entries(ANSWERS).find(([name]) => name === action)?.[1] ?? [];
      return [
        `### ${action}`,
        schema.description ?? '',
        fieldTable(schema, ['action', 'ref?']),
        jsonBlock(example),
        `Answered by ${answers.map((type) => `[${type}](#${type}-answer)`).join(', ')}.`,
      ];
    }),
  ];
}

function repliesSection(schemaOf: SchemaOf): string[] {
  return [
    '## Answers and notices',
    `What the gateway sends besides events. These may also come unasked, without \`ref\`: ${notices().map(code).join(', ')}.`,
    ...Object.entries(REPLY_EXAMPLES).flatMap(([type, example]) => {
      const schema = schemaOf(`reply.${type}`);
      return [
        `### ${type} (answer)`,
        schema.description ?? '',
        fieldTable(schema, ['type', 'ref?']),
        jsonBlock(example),
      ];
    }),
  ];
}

function errorsSection(): string[] {
  return [
    '## Error codes',
    'The `message` of an error says what was expected, and what was found.',
    table(
      ['code', 'meaning'],
      Object.entries(ERRORS).map(([name, meaning]) => [code(name), meaning]),
    ),
  ];
}

function closeCodesSection(): string[] {
  return [
    '## Close codes',
    'The reason of a close code below 4500 is the token to resume from, where there is one.',
    table(
      ['code', 'name', 'meaning', 'what to do'],
      Object.entries(CLOSE_CODES).map(([name, number]) => {
        const meaning = CLOSE_MEANINGS[name as keyof typeof CLOSE_CODES];
        const remedy = number < 4500 ? 'connect again with `since`' : 'do not connect again in the same way';
        return [String(number), code(name), meaning, remedy];
      }),
    ),
    'Any other code, or none, as when the link broke: connect again with `since`.',
  ];
}

function shape(name: string, schema: JsonSchema): string[] {
  const variants = schema.oneOf?.filter(({ properties }) => properties !== undefined) ?? [];
  const body = variants.length > 0 ? variants.flatMap(variant) : [fieldTable(schema) || plain(schema)];
  return [`### ${name}`, schema.description ?? '', ...body];
}

/** One of several forms of a shape, told apart by its field with one value only. */
function variant(schema: JsonSchema): string[] {
  const [field, value] =
    Object.entries(schema.properties ?? {}).find(([, { const: only }]) => only !== undefined) ?? [];
  if (field === undefined || value === undefined) return [fieldTable(schema)];
  return [
    `**${field}: ${typeText(value)}** ${schema.description ?? ''}`.trim(),
    fieldTable(schema, [field, `${field}?`]),
  ];
}

function plain(schema: JsonSchema): string {
  const pattern = typeof schema.pattern === 'string' ? `, matching ${code(schema.pattern)}` : '';
  const length = typeof schema.maxLength === 'number' ? ` of at most ${schema.maxLength} characters` : '';
  return `${typeText(schema)}${length}${pattern}`;
}
