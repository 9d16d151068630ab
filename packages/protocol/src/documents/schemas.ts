import { z } from 'zod';
import { channelPattern } from '../channels.js';
import { decimalString } from '../decimal.js';
import { envelope, gameIdSchema, RAW_PREFIX } from '../envelope.js';
import { eventData, rawData } from '../events.js';
import { command, gamesFilter, reply, replaySpeed } from '../gateway.js';
import { paperHappening, paperOrder, paperSession, paperSessionId } from '../paper.js';
import { resumeToken } from '../resume.js';
import { sizing, strategy } from '../strategy.js';

/** A JSON Schema, as far as the documents look into it. */
export interface JsonSchema {
  $ref?: string;
  type?: string | string[];
  const?: unknown;
  enum?: unknown[];
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  allOf?: JsonSchema[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  description?: string;
  [keyword: string]: unknown;
}

/** Names of the schemas of single messages begin so: `event.game.tick`, `command.subscribe`, `reply.pong`. */
export type Kind = 'event' | 'command' | 'reply';

/** Shapes that several messages use. */
const SHAPES = {
  Channel: channelPattern,
  Decimal: decimalString,
  GameId: gameIdSchema,
  GamesFilter: gamesFilter,
  PaperHappening: paperHappening,
  PaperOrder: paperOrder,
  PaperSession: paperSession,
  ReplaySpeed: replaySpeed,
  ResumeToken: resumeToken,
  SessionId: paperSessionId,
  Sizing: sizing,
  Strategy: strategy,
};
export const SHAPE_NAMES = Object.keys(SHAPES) as (keyof typeof SHAPES)[];

const raw = z.string().regex(/^raw\./, 'expected raw. and the name of an upstream event');

const eventOf = (type: z.ZodType, data: z.ZodType): z.ZodType =>
  envelope.extend({ type, data }).describe(data.description ?? '');

/** The schema of each event, its envelope included, by type; `raw` stands for all of `raw.<event>`. */
const events: Record<string, z.ZodType> = {
  ...Object.fromEntries(
    Object.entries(eventData).map(([type, data]) => [type, eventOf(z.literal(type), data)]),
  ),
  [RAW_PREFIX.slice(0, -1)]: eventOf(raw, rawData),
};

const commands = Object.fromEntries(
  command.options.map((option) => [option.shape.action.value, option as z.ZodType]),
);
const replies = Object.fromEntries(
  reply.options.map((option) => [option.shape.type.value, option as z.ZodType]),
);

const EVERY: Record<Kind, Record<string, z.ZodType>> = { event: events, command: commands, reply: replies };

/** Every message of a kind, by its type or action. */
export const messageNames = (kind: Kind): string[] => Object.keys(EVERY[kind]);

/**
 * The schemas of all that passes through `/ws`, by name: `Event`, `Command` and `Reply`, each single message, and the shapes they use.
 *
 * @param target how they are written: for AsyncAPI, whose own schemas are of draft 7, or as the newest draft
 */
export function schemas(target: 'draft-7' | 'draft-2020-12'): Record<string, JsonSchema> {
  const names = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(SHAPES)) names.add(schema, { id });
  for (const [kind, messages] of Object.entries(EVERY))
    for (const [name, schema] of Object.entries(messages)) names.add(schema, { id: `${kind}.${name}` });
  const union = (id: string, messages: Record<string, z.ZodType>): z.ZodType => {
    const any = z.union(Object.values(messages));
    names.add(any, { id });
    return any;
  };
  const everything = z.union([union('Event', events), union('Command', commands), union('Reply', replies)]);
  const document = z.toJSONSchema(everything, {
    target,
    // What is sent: before defaults are filled in, and numbers made decimal strings.
    io: 'input',
    unrepresentable: 'any',
    metadata: names,
    override: ({ zodSchema, jsonSchema }) => {
      const description = z.globalRegistry.get(zodSchema)?.description;
      if (description !== undefined) jsonSchema.description = description;
    },
  });
  const found = (document.$defs ?? document.definitions) as Record<string, JsonSchema>;
  letKindBeMissing(found.Strategy);
  return Object.fromEntries(Object.entries(found).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** A strategy without `kind` is one of sidebets; the schema says so only before its parts are looked at. */
function letKindBeMissing(strategies: JsonSchema | undefined): void {
  const ladder = strategies?.oneOf?.find(({ properties }) => properties?.kind?.const === 'sidebets');
  if (ladder?.required !== undefined) ladder.required = ladder.required.filter((name) => name !== 'kind');
}

/** One JSON Schema (2020-12) for every message; those of single messages and shapes are in its `$defs`. */
export function schemaDocument(): JsonSchema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Messages of the Vectra gateway',
    description: 'Whatever passes through /ws: an event, an answer or notice of the gateway, or a command.',
    anyOf: ['Event', 'Reply', 'Command'].map((name) => ({ $ref: `#/$defs/${name}` })),
    $defs: schemas('draft-2020-12'),
  };
}
