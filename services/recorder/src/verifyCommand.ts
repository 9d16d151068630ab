import { relative } from 'node:path';
import { parseArgs } from 'node:util';
import { defineCommand } from '@vectra/service-kit';
import { count, printable, some, table } from './table.js';
import { VERDICTS, verifyPath, type VerifiedFile } from './verify.js';

const HELP = `recorder verify <file|folder>...

Derives each recorded game again from its revealed seed and compares every price, bit for bit; checks that peak, rug tick and
completeness fit the prices, and that each day's index.json fits its games. Folders are read at any depth.

  --problems  lists only recordings that something is wrong with
  --json      one JSON object: {"files":[…],"summary":{…}}
  --help      shows this

verified    the hash and every price before the rug are the seed's     no seed     not revealed, or not known
hash-only   the seed fits its hash, there is no price to compare       mismatch    disagrees with its seed, or with itself
                                                                       unreadable  is no recording
Exit status: 0 all verified, 1 a mismatch, or a file that cannot be read, 2 wrong usage, 3 nothing is wrong, but not all have a seed.
`;

const OPTIONS = {
  problems: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const;

/** `recorder verify` */
export const verifyCommand = defineCommand({
  name: 'verify',
  about: 'Derives recorded games again from their seeds.',
  help: HELP,
  read: (args) => {
    const { values, positionals } = parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
    if (positionals.length === 0) throw new Error('expected a file or a folder to verify');
    return { ...values, paths: positionals };
  },
  run: async ({ paths, problems, json }) => {
    const files: VerifiedFile[] = [];
    for (const path of paths) for await (const file of verifyPath(path)) files.push(file);
    if (files.length === 0) throw new Error(`no .game.json in ${paths.join(', ')}`);
    const summary = summarize(files);
    process.stdout.write(json ? `${JSON.stringify({ files, summary })}\n` : render(files, problems));
    return statusOf(summary);
  },
});

type Summary = Record<(typeof VERDICTS)[number], number>;

function summarize(files: readonly VerifiedFile[]): Summary {
  const summary: Summary = { verified: 0, 'hash-only': 0, 'no seed': 0, mismatch: 0, unreadable: 0 };
  for (const { verdict } of files) summary[verdict] += 1;
  return summary;
}

function statusOf(summary: Summary): number {
  if (summary.mismatch + summary.unreadable > 0) return 1;
  return summary['hash-only'] + summary['no seed'] > 0 ? 3 : 0;
}

function render(files: readonly VerifiedFile[], problemsOnly: boolean): string {
  const columns = [
    { title: 'file' },
    { title: 'game' },
    { title: 'ticks', right: true },
    { title: 'verdict' },
    { title: 'problem' },
  ];
  const rows = files
    .filter(({ problems }) => !problemsOnly || problems.length > 0)
    .map(({ path, gameId, ticks, verdict, problems }) => [
      printable(shortest(path)),
      gameId ?? '-',
      ticks === null ? '-' : count(ticks),
      verdict,
      printable(problems.join('; ')),
    ]);
  const summary = summarize(files);
  const said = VERDICTS.filter((verdict) => summary[verdict] > 0).map(
    (verdict) => `${count(summary[verdict])} ${verdict}`,
  );
  const body = table(columns, rows);
  return `${body}${body === '' ? '' : '\n'}${some(files.length, 'file')}: ${said.join(', ')}\n`;
}

function shortest(path: string): string {
  const near = relative('', path);
  return near.length < path.length ? near : path;
}
