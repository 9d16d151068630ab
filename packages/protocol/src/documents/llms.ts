import { COMMAND_EXAMPLES } from './messageExamples.js';
import { messageNames } from './schemas.js';

/** llms.txt: the index of all this for language models (llmstxt.org). */
export function llmsText(): string {
  const list = (names: readonly string[]): string => names.join(', ');
  return `# Vectra

> One connection to the game rugs.fun, one ordered, gap-free log of its events in Redis Streams, and any number of independent
> services behind it. It only watches: nothing places a real order, and paper trading is with virtual balances.

Attach through the gateway's WebSocket, \`ws://127.0.0.1:8080/ws\` (\`make demo\` starts all of it on generated games). JSON text frames:

\`\`\`
-> ${JSON.stringify(COMMAND_EXAMPLES.subscribe)}
<- {"type":"subscribed","recovered":true,...}   then events: {"v":1,"type":"game.tick","id":"8f3a12bc:1043","data":{...},...}
\`\`\`

The id of the last event, sent as \`since\` after a lost connection, brings every event after it, once and in order.

Python (package in clients/python; the one dependency is websockets):

\`\`\`python
import asyncio, vectra

async def main():
    async for event in vectra.connect("ws://127.0.0.1:8080/ws", channels=["game.*"]):
        print(event["type"], event["gameId"], event["data"])

asyncio.run(main())
\`\`\`

TypeScript (@vectra/client, browser and Node):

\`\`\`ts
import { connect } from '@vectra/client';

for await (const event of connect({ url: 'ws://127.0.0.1:8080/ws', channels: ['game.*'] })) console.log(event.type, event.data);
\`\`\`

- Event types: ${list(messageNames('event').map((name) => (name === 'raw' ? 'raw.<event>' : name)))}
- Commands: ${list(messageNames('command'))}
- Answers and notices: ${list(messageNames('reply'))}

## Docs

- [The protocol](docs/protocol.md): every event, command, answer, error code and close code with fields and examples
- [JSON Schema](docs/protocol.schema.json), [AsyncAPI 3](docs/asyncapi.json): the same for programs
- [The gateway](docs/gateway.md): REST, health, tokens, limits
- [The log](docs/delivery.md): reading Redis Streams directly, in TypeScript or any language, and what is guaranteed
- [Python client](docs/python.md)
- [Recordings](docs/recordings.md), [event store](docs/event-store.md): the files, and asking them with SQL
- [Paper trading](docs/paper-trading.md): strategies, backtests
- [Architecture](docs/architecture.md): how it works, and why
`;
}
