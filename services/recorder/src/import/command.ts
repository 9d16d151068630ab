import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { createLogger, defineCommand, loadConfig } from '@vectra/service-kit';
import { checkWritable } from '../disk.js';
import { foldersOf } from '../folders.js';
import { ImportedGames } from '../store/imported.js';
import { clockIn } from './clock.js';
import { Importer } from './importer.js';
import { isGameId } from './legacy.js';
import { ProgressBar } from './progress.js';
import { renderReport } from './report.js';
import { seedsIn, type Seed } from './seeds.js';

const HELP = `recorder import <folder|file>...

Reads old recordings: legacy JSONL (game_start, tick and game_end lines) and raw captures ({"seq","ts","event","data"} lines),
every .jsonl below a folder. Games recorded twice are merged, rows are recovered from damaged lines, missing ticks are filled
in from the seed where it is known, and every line is accounted for. What is recorded already is only ever added to: running
it again changes nothing.

  --time-zone <zone>  what times without a zone are in: UTC (default), a name like America/New_York, or an offset like -05:00
  --seeds <file>      JSON or JSONL with seeds of games: {"gameId","serverSeed"[,"serverSeedHash"]} objects at any depth
  --dry-run           tells what would be done, and writes nothing
  --all               lists every game and every file, not only those that something is wrong with
  --json              the report as JSON
  --help              shows this

Environment: RUGS_DATA_DIR, where recordings/ lies (./data).
Exit status: 0 done (bad lines are reported), 1 a file or the data folder could not be read or written, 2 wrong usage.
`;

const OPTIONS = {
  'time-zone': { type: 'string', default: 'UTC' },
  seeds: { type: 'string' },
  'dry-run': { type: 'boolean', default: false },
  all: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const;

/** `recorder import`. The report goes to standard output, all else to standard error. */
export const importCommand = defineCommand({
  name: 'import',
  about: 'Reads old recordings and raw captures into RUGS_DATA_DIR.',
  help: HELP,
  read,
  run: async ({ values, positionals: paths }) => {
    const config = loadConfig(['RUGS_DATA_DIR', 'LOG_LEVEL', 'LOG_FORMAT']);
    const seeds = values.seeds === undefined ? new Map<string, Seed>() : await readSeeds(values.seeds);
    const imported = new ImportedGames(config.RUGS_DATA_DIR);
    const bar = new ProgressBar(process.stderr);
    const importer = new Importer({
      paths,
      dataFolder: config.RUGS_DATA_DIR,
      timeZone: values['time-zone'],
      seeds,
      dryRun: values['dry-run'],
      log: createLogger('recorder', config, process.stderr),
      onGame: (game) => imported.add(game),
      onProgress: (progress) => bar.tell(progress),
    });
    if (!values['dry-run']) await checkWritable(foldersOf(config.RUGS_DATA_DIR).recordings);
    const report = await importer.run().finally(() => bar.clear());
    if (!values['dry-run']) await imported.finish(report.games);
    process.stdout.write(values.json ? `${JSON.stringify(report)}\n` : renderReport(report, values));
    return report.files.some(({ problem }) => problem !== null) ? 1 : 0;
  },
});

function read(args: readonly string[]) {
  const given = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  if (given.positionals.length === 0) throw new Error('expected a folder or a file to import');
  const zone = given.values['time-zone'];
  try {
    clockIn(zone);
  } catch (cause) {
    throw new Error(
      `--time-zone: expected UTC, a name like America/New_York or an offset like -05:00, was "${zone}"`,
      { cause },
    );
  }
  return given;
}

/** @throws Error naming the file, when it cannot be read or is no JSON. */
async function readSeeds(path: string): Promise<Map<string, Seed>> {
  const text = await readFile(path, 'utf8');
  const seeds = new Map<string, Seed>();
  for (const value of parseValues(text, path))
    for (const [id, seed] of seedsIn(value)) if (isGameId(id) && !seeds.has(id)) seeds.set(id, seed);
  if (seeds.size === 0) throw new Error(`${path}: no object with "gameId" and "serverSeed"`);
  return seeds;
}

/** One JSON value, or one a line. */
function parseValues(text: string, path: string): unknown[] {
  try {
    return [JSON.parse(text)];
  } catch {
    return text
      .split('\n')
      .flatMap((line, index) => (line.trim() === '' ? [] : [parseLine(line, `${path}:${index + 1}`)]));
  }
}

function parseLine(line: string, place: string): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw new Error(`${place}: expected JSON`, { cause });
  }
}
