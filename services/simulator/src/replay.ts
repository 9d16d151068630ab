import { openBroadcast } from './broadcast.js';
import { readCapture } from './capture.js';
import { serveFaults } from './faults/routes.js';
import { startPacer } from './pacer.js';
import type { SimulatorContext } from './service.js';

/**
 * Replays a captured session with its own timing, from the first connection on, to every client, until it ends or the
 * function it returns is called. Clients stay connected after the end.
 *
 * @throws CaptureError when the capture cannot be replayed.
 */
export async function startReplay(context: SimulatorContext, path: string): Promise<() => void> {
  const { config, log, metrics, http } = context;
  const speed = config.SIMULATOR_SPEED;
  const { events, ...counts } = await readCapture(path, (line, reason) =>
    log.warn({ path, line, reason }, `line ${line} of the capture is left out: ${reason}`),
  );
  let sent = 0;
  let finished = false;
  let stopPacer: (() => void) | undefined;

  const begin = (): (() => void) =>
    startPacer({
      items: events.values(),
      speed,
      play: ({ event, args }) => {
        broadcast.send(event, args);
        sent += 1;
      },
      onEnd: () => {
        finished = true;
        log.info({ path, ...counts, sent }, 'the capture has been replayed');
      },
      onError: (error) => context.fail(error),
    });
  const broadcast = openBroadcast({
    http: http.server,
    metrics,
    onClient: () => {
      stopPacer ??= begin();
    },
  });

  http.get('/api/simulator', () => ({ mode: 'capture', capture: path, speed, ...counts, sent, finished }));
  serveFaults(context, broadcast.faults);
  log.info({ path, speed, ...counts }, 'the capture starts at the first connection');

  return () => {
    stopPacer?.();
    broadcast.close();
  };
}
