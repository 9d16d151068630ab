import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cleanEnvironment, eventually, testSystem, type TestSystem } from './harness.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
/** Inside the project, so that its packages are found. */
const FOLDER = join(ROOT, 'node_modules', `.readme-${process.pid}`);
/** As often as an event of the game is told of by a block that works. */
const TOLD = 3;

interface Block {
  language: string;
  code: string;
}

const section =
  /\n## Attach to it\n(.*?)\n## /s.exec(readFileSync(join(ROOT, 'README.md'), 'utf8'))?.[1] ?? '';
const blocks: Block[] = [...section.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(
  ([, language = '', code = '']) => ({ language, code }),
);

/** How a block of each language is run: its file, what is written there, and the command. */
const RUNNERS: Record<string, { file: string; written: (code: string) => string; command: string[] }> = {
  ts: { file: 'block.mjs', written: javascript, command: [process.execPath] },
  // A global WebSocket, as browsers have it.
  js: { file: 'block.mjs', written: (code) => code, command: [process.execPath, '--experimental-websocket'] },
  sh: { file: 'block.sh', written: (code) => code, command: ['bash', '-e'] },
  python: { file: 'block.py', written: (code) => code, command: ['/usr/bin/python3', '-u'] },
};

function javascript(code: string): string {
  const compilerOptions = { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ESNext };
  return ts.transpileModule(code, { compilerOptions }).outputText;
}

let test: TestSystem;

beforeAll(async () => {
  await mkdir(FOLDER, { recursive: true });
  test = await testSystem({ env: { SIMULATOR_SPEED: '10', SIMULATOR_SEED: 'readme' } });
  await eventually('the log fills', async () => (await test.log.state()).last > 50);
});
afterAll(async () => {
  await test.stop();
  await rm(FOLDER, { recursive: true, force: true });
});

/** The block as it stands there, at this test's own addresses. */
function addressed(code: string): string {
  const { host: gateway } = new URL(test.system.url('gateway'));
  const { port: redis } = new URL(test.system.redisUrl);
  return code.replaceAll('127.0.0.1:8080', gateway).replaceAll(/\b6390\b/g, redis);
}

describe('"Attach to it" in the README', () => {
  it('has blocks in the languages it names, none longer than ten lines', () => {
    expect(blocks.map(({ language }) => language)).toEqual(
      expect.arrayContaining(['ts', 'js', 'sh', 'python']),
    );
    for (const tool of [
      '@vectra/client',
      'import vectra',
      '@vectra/stream',
      'vectra tail',
      'curl',
      'redis-cli',
    ]) {
      expect(blocks.some(({ code }) => code.includes(tool))).toBe(true);
    }
    for (const { code } of blocks) expect(code.trim().split('\n').length).toBeLessThanOrEqual(10);
  });

  it.each(blocks)('gets events with $language: $code', async ({ language, code }) => {
    const runner = RUNNERS[language];
    if (runner === undefined) throw new Error(`expected a way to run ${language}`);
    const file = join(FOLDER, runner.file);
    await writeFile(file, runner.written(addressed(code)));
    const [program = '', ...options] = runner.command;
    const child = spawn(program, [...options, file], {
      cwd: ROOT,
      detached: true, // so that what a shell has started ends with it
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...cleanEnvironment(),
        GATEWAY_URL: test.system.url('gateway'),
        PYTHONPATH: join(ROOT, 'clients/python/src'),
      },
    });
    let output = '';
    let errors = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    try {
      await eventually('events come', () => {
        const told = output.match(/game\.\w+/g)?.length ?? 0;
        const isOver = child.exitCode !== null && child.exitCode !== 0;
        if (isOver) throw new Error(`it ended with status ${child.exitCode}:\n${errors}`);
        return told >= TOLD;
      });
    } finally {
      // All of it may have ended by itself.
      if (child.exitCode === null && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    }
    expect(errors.replaceAll(/.*ExperimentalWarning.*\n|.*--trace-warnings.*\n/g, '')).toBe('');
  });
});
