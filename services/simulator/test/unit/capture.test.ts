import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCapture, readLine } from '../../src/capture.js';
import { CAPTURES, captureLines, capturePath } from '../real.js';

const line = (fields: object): string =>
  JSON.stringify({ seq: 1, ts: '2025-12-06T19:57:10.420892', ...fields });

describe('a line of a capture', () => {
  it('without a zone is in UTC', () => {
    const at = (ts: string) => {
      const read = readLine(line({ ts, event: 'x', data: 1 }));
      return read.kind === 'event' ? read.event.at : read;
    };
    expect(at('2025-12-06T19:57:10.420892')).toBe(Date.UTC(2025, 11, 6, 19, 57, 10, 420));
    expect(at('2025-12-06T19:57:10.420892+00:00')).toBe(Date.UTC(2025, 11, 6, 19, 57, 10, 420));
    expect(at('2025-12-06T19:57:10+02:00')).toBe(Date.UTC(2025, 11, 6, 17, 57, 10));
    expect(at('2025-12-06T19:57:10Z')).toBe(Date.UTC(2025, 11, 6, 19, 57, 10));
  });

  const trace = { __trace: true, traceparent: '00-a-b-01' };
  it.each([
    ['a payload', { a: 1 }, [{ a: 1 }]],
    ['a trace and a payload', [trace, { a: 1 }], [trace, { a: 1 }]],
    ['only the trace', trace, [trace]],
    ['a list that is a payload', [1, 2], [[1, 2]]],
    ['null', null, [null]],
  ])('is sent with the arguments it had: %s', (_name, data, args) => {
    expect(readLine(line({ event: 'x', data }))).toMatchObject({
      kind: 'event',
      event: { event: 'x', args },
    });
  });

  it.each([
    ['sent by the client', { event: 'authenticate', data: {}, direction: 'sent' }],
    ['a note of connecting', { event: 'connect', data: null }],
    ['a note of disconnecting', { event: 'disconnect', data: null }],
    ['a note of a gap', { event: 'capture.gap', data: { lost: 7 } }],
  ])('is skipped when it is %s', (_name, fields) => {
    expect(readLine(line(fields))).toEqual({ kind: 'skipped' });
  });

  it.each([
    ['{"seq":1,"ts":"2025-', 'not JSON'],
    ['[1]', 'no event name'],
    ['null', 'not an object'],
    [line({ data: 1 }), 'no event name'],
    [line({ event: 'x', ts: 'yesterday' }), 'no time in "ts"'],
    [line({ event: 'x', ts: 12 }), 'no time in "ts"'],
  ])('is unreadable: %s', (text, reason) => {
    expect(readLine(text)).toEqual({ kind: 'unreadable', reason });
  });
});

describe('a capture', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'capture-'));
  });
  afterAll(() => rm(folder, { recursive: true }));
  const unexpected = (lineNumber: number): never => expect.fail(`line ${lineNumber}`);

  it.each(CAPTURES)('%s is read whole', async (name) => {
    const lines = captureLines(name);
    const skipped = lines.filter(({ event, direction }) => direction === 'sent' || event === 'connect');
    const capture = await readCapture(capturePath(name), unexpected);
    expect(capture).toMatchObject({ lines: lines.length, skipped: skipped.length, unreadable: 0 });
    expect(capture.events).toHaveLength(lines.length - skipped.length);
  });

  it('names each line that cannot be read, and keeps the others', async () => {
    const path = join(folder, 'torn.jsonl');
    const good = line({ event: 'x', data: 1 });
    await writeFile(path, [good, '', '{"seq":2,"ts":"2025-12', good, 'x'].join('\n'));
    const named: [number, string][] = [];
    const capture = await readCapture(path, (number, reason) => named.push([number, reason]));
    expect(named).toEqual([
      [3, 'not JSON'],
      [5, 'not JSON'],
    ]);
    expect(capture).toMatchObject({ lines: 4, skipped: 0, unreadable: 2 });
    expect(capture.events).toHaveLength(2);
  });

  it.each([
    ['does not exist', undefined],
    ['is empty', ''],
    ['holds no event of the server', line({ event: 'connect', data: null })],
  ])('that %s is refused, with its path and what to do', async (name, content) => {
    const path = join(folder, `${name}.jsonl`);
    if (content !== undefined) await writeFile(path, content);
    const refusal = readCapture(path, unexpected);
    await expect(refusal).rejects.toThrow(path);
    await expect(refusal).rejects.toThrow(/SIMULATOR_CAPTURE.*Give .*JSONL file/);
  });

  it('that is a folder is refused', async () => {
    await expect(readCapture(folder, unexpected)).rejects.toThrow(/cannot read the capture/);
  });
});
