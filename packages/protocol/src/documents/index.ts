import { asyncApi } from './asyncapi.js';
import { llmsText } from './llms.js';
import { protocolPage } from './protocolPage.js';
import { pythonTypes } from './pythonTypes.js';
import { schemaDocument } from './schemas.js';

export { asyncApi } from './asyncapi.js';
export { EVENT_EXAMPLES, eventExample } from './eventExamples.js';
export { ANSWERS, COMMAND_EXAMPLES, REPLY_EXAMPLES } from './messageExamples.js';
export { messageNames, schemaDocument, type JsonSchema } from './schemas.js';

/** Every document that is made from the schemas: its path in the repository, and its text. */
export function documents(version: string): Map<string, string> {
  const json = (document: object): string => JSON.stringify(document, null, 1) + '\n';
  return new Map([
    ['docs/protocol.md', protocolPage()],
    ['docs/protocol.schema.json', json(schemaDocument())],
    ['docs/asyncapi.json', json(asyncApi(version))],
    ['llms.txt', llmsText()],
    ...[...pythonTypes()].map(([name, text]): [string, string] => [
      `clients/python/src/vectra/${name}`,
      text,
    ]),
  ]);
}
