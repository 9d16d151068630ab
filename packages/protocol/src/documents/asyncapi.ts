import { CLOSE_CODES, MAX_COMMAND_BYTES } from '../gateway.js';
import { EVENT_EXAMPLES } from './eventExamples.js';
import { ANSWERS, COMMAND_EXAMPLES, REPLY_EXAMPLES } from './messageExamples.js';
import { messageNames, schemas, type Kind } from './schemas.js';

type Json = Record<string, unknown>;

const refTo = (...path: string[]): Json => ({ $ref: `#/${path.join('/')}` });
const inChannel = (name: string): Json => refTo('channels', 'gateway', 'messages', name);
const ofKind = (kind: Kind): string[] => messageNames(kind).map((name) => `${kind}.${name}`);

/** The AsyncAPI 3.0 document of the gateway's WebSocket. It says what the gateway sends and receives. */
export function asyncApi(version: string): Json {
  const names = [...ofKind('event'), ...ofKind('command'), ...ofKind('reply')];
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Vectra gateway',
      version,
      description: `Events of rugs.fun in order, each once, live or replayed. JSON objects in text frames of at most ${MAX_COMMAND_BYTES} bytes towards the gateway. Close codes below 4500 (${codes((code) => code < 4500)}): connect again with the last id as since; others (${codes((code) => code >= 4500)}): connecting again in the same way is of no use.`,
      license: { name: 'MIT' },
    },
    defaultContentType: 'application/json',
    servers: {
      local: {
        host: '127.0.0.1:8080',
        protocol: 'ws',
        description:
          'On loopback unless told otherwise. A token is needed only for what is not for everybody.',
        security: [refTo('components', 'securitySchemes', 'token')],
      },
    },
    channels: {
      gateway: {
        address: '/ws',
        messages: Object.fromEntries(names.map((name) => [name, refTo('components', 'messages', name)])),
        bindings: { ws: { method: 'GET' } },
      },
    },
    operations: {
      sendEvents: {
        action: 'send',
        summary: 'Events that the channels match, in order, each once.',
        channel: refTo('channels', 'gateway'),
        messages: ofKind('event').map(inChannel),
      },
      sendNotices: {
        action: 'send',
        summary: 'What the gateway says unasked.',
        channel: refTo('channels', 'gateway'),
        messages: notices().map((name) => inChannel(`reply.${name}`)),
      },
      ...Object.fromEntries(
        Object.entries(ANSWERS).map(([action, answers]) => [action, received(action, answers)]),
      ),
    },
    components: {
      messages: messages(),
      schemas: inComponents(schemas('draft-7')),
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          description:
            'The header Authorization of the upgrade; clients that cannot send it send the command auth.',
        },
      },
    },
  };
}

function codes(fits: (code: number) => boolean): string {
  return Object.values(CLOSE_CODES).filter(fits).join(', ');
}

/** Replies that may come although no command of this client asks for them. */
export function notices(): string[] {
  const answers = new Set<string>(Object.values(ANSWERS).flat());
  const also = new Set(['snapshot', 'replay', 'live_bet', 'error']);
  return messageNames('reply').filter((name) => !answers.has(name) || also.has(name));
}

function received(action: string, answers: readonly string[]): Json {
  return {
    action: 'receive',
    channel: refTo('channels', 'gateway'),
    messages: [inChannel(`command.${action}`)],
    reply: {
      channel: refTo('channels', 'gateway'),
      messages: [...answers, 'error'].map((name) => inChannel(`reply.${name}`)),
    },
  };
}

function messages(): Json {
  const one = (name: string, title: string, payload: object): [string, Json] => [
    name,
    {
      name,
      title,
      payload: refTo('components', 'schemas', name),
      examples: [{ payload }],
    },
  ];
  return Object.fromEntries([
    ...EVENT_EXAMPLES.map((event) =>
      one(`event.${event.type.replace(/^raw\..*/, 'raw')}`, event.type, event),
    ),
    ...Object.entries(COMMAND_EXAMPLES).map(([action, example]) => one(`command.${action}`, action, example)),
    ...Object.entries(REPLY_EXAMPLES).map(([type, example]) => one(`reply.${type}`, type, example)),
  ]);
}

/** The same schemas where an AsyncAPI document has them. */
function inComponents(definitions: Json): Json {
  const text = JSON.stringify(definitions).replaceAll('"#/definitions/', '"#/components/schemas/');
  return JSON.parse(text) as Json;
}
