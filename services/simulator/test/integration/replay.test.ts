import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CAPTURES, captureLines, capturePath } from '../real.js';
import { listen, startSimulator } from './simulator.js';

interface Status {
  lines: number;
  sent: number;
  skipped: number;
  unreadable: number;
  finished: boolean;
}

async function captureFile(lines: string[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'replay-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'capture.jsonl');
  await writeFile(path, lines.join('\n'));
  return path;
}

const line = (ms: number, event: string, data: unknown): string =>
  JSON.stringify({ seq: ms, ts: new Date(Date.UTC(2025, 11, 6) + ms).toISOString(), event, data });

describe('a replayed capture', () => {
  it.each(CAPTURES)('%s arrives complete and in order, at 1000 times the speed', async (name) => {
    const lines = captureLines(name);
    const expected = lines
      .filter(({ event, direction }) => direction !== 'sent' && event !== 'connect')
      .map(({ event, data }) => {
        const first: unknown = Array.isArray(data) ? data[0] : undefined;
        const traced = typeof first === 'object' && first !== null && '__trace' in first;
        return { event, args: traced ? (data as unknown[]) : [data] };
      });
    const simulator = await startSimulator({ SIMULATOR_CAPTURE: capturePath(name), SIMULATOR_SPEED: '1000' });
    const client = listen(simulator.url);
    await client.until((received) => received.length >= expected.length);
    expect(client.received).toEqual(expected);

    await expect.poll(() => simulator.json<Status>('/api/simulator')).toMatchObject({ finished: true });
    const counts = {
      lines: lines.length,
      sent: expected.length,
      skipped: lines.length - expected.length,
      unreadable: 0,
    };
    expect(await simulator.json('/api/simulator')).toEqual({
      mode: 'capture',
      capture: capturePath(name),
      speed: 1000,
      finished: true,
      ...counts,
    });
    const ends = simulator.log.filter((entry) => entry.msg === 'the capture has been replayed');
    expect(ends).toEqual([expect.objectContaining(counts)]);
    expect(client.socket.connected).toBe(true);
    expect(client.received).toHaveLength(expected.length);
    const updates = expected.filter(({ event }) => event === 'gameStateUpdate').length;
    expect(await simulator.metric('simulator_events_sent_total{event="gameStateUpdate"}')).toBe(updates);
  });

  it('starts at the first connection and not again at the second', async () => {
    const path = await captureFile([line(0, 'a', 1), line(10, 'b', 2)]);
    const simulator = await startSimulator({ SIMULATOR_CAPTURE: path });
    expect(await simulator.json('/api/simulator')).toMatchObject({ sent: 0, finished: false });
    const first = listen(simulator.url);
    await first.until((received) => received.length === 2);
    const second = listen(simulator.url);
    await new Promise<void>((resolve) => second.socket.on('connect', resolve));
    expect(await simulator.json('/api/simulator')).toMatchObject({ sent: 2, finished: true });
    expect(second.received).toEqual([]);
  });

  it('keeps its own timing, divided by the speed', async () => {
    const path = await captureFile([line(0, 'a', 1), line(4000, 'b', 2)]);
    const simulator = await startSimulator({ SIMULATOR_CAPTURE: path, SIMULATOR_SPEED: '10' });
    const start = performance.now();
    const client = listen(simulator.url);
    await client.until((received) => received.length === 2);
    expect(performance.now() - start).toBeGreaterThan(399);
  });

  it('goes on past lines it cannot read, and warns of each by its number', async () => {
    const path = await captureFile([line(0, 'a', 1), '{"seq":2,"ts"', line(1, 'b', 2), 'nonsense']);
    const simulator = await startSimulator({ SIMULATOR_CAPTURE: path });
    const client = listen(simulator.url);
    await client.until((received) => received.length === 2);
    expect(client.received.map(({ event }) => event)).toEqual(['a', 'b']);
    const warned = simulator.log.filter((entry) => entry.level === 40);
    expect(warned.map((entry) => entry.line)).toEqual([2, 4]);
    expect(await simulator.json('/api/simulator')).toMatchObject({ lines: 4, sent: 2, unreadable: 2 });
  });

  it('that cannot be read keeps the simulator from starting, and says why', async () => {
    await expect(startSimulator({ SIMULATOR_CAPTURE: '/no/such/capture.jsonl' })).rejects.toThrow(
      /SIMULATOR_CAPTURE: cannot read the capture \/no\/such\/capture\.jsonl .*Give the path/,
    );
  });
});
