import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { defineCommand, loadConfig } from '@vectra/service-kit';
import { hasCode } from '../disk.js';
import { foldersOf } from '../folders.js';
import { FORMATS, printResult, type Format } from './print.js';
import { queryStore } from './query.js';

const HELP = `recorder query "<sql>"

Runs one SELECT (DuckDB's SQL) over the event store in RUGS_DATA_DIR and prints what it finds. Nothing is changed, and no other
file is read. Times are UTC.

  --format <format>  table (default; its first 1,000 rows), json, or csv
  --help             shows this

Views: ticks, games, trades, sidebets, actions, events (every event with its JSON, in \`raw\`), and one for each event type, as
"game.tick". DESCRIBE ticks lists the columns of one.

  recorder query "SELECT game_id, rug_tick, peak_multiplier FROM games ORDER BY started_at DESC LIMIT 10"

Environment: RUGS_DATA_DIR, where events_parquet/ lies (./data).
Exit status: 0 done, 1 the query could not be run, 2 wrong usage.
`;

const OPTIONS = { format: { type: 'string', default: 'table' } } as const;

/** `recorder query` */
export const queryCommand = defineCommand({
  name: 'query',
  about: 'Runs an SQL query over the event store in RUGS_DATA_DIR.',
  help: HELP,
  read,
  run: async ({ sql, format }) => {
    try {
      const { RUGS_DATA_DIR } = loadConfig(['RUGS_DATA_DIR']);
      await queryStore(foldersOf(RUGS_DATA_DIR).store, sql, (result) =>
        printResult(format, result, writeOut),
      );
    } catch (error) {
      // Whoever read the output, such as `head`, has seen enough.
      if (!hasCode(error, 'EPIPE')) throw error;
    }
    return 0;
  },
});

function read(args: readonly string[]): { sql: string; format: Format } {
  const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  const [sql, ...more] = positionals;
  if (sql === undefined || more.length > 0)
    throw new Error(`expected one query in quotes, were ${positionals.length} arguments`);
  const format = FORMATS.find((each) => each === values.format);
  if (format === undefined)
    throw new Error(`--format: expected ${FORMATS.join(', ')}, was "${values.format}"`);
  return { sql, format };
}

/** Waits while the reader is slower, so that memory stays flat. */
async function writeOut(text: string): Promise<void> {
  if (!process.stdout.write(text)) await once(process.stdout, 'drain');
}
