import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { createLogger } from '../../src/index.js';

function logged(format: 'json' | 'pretty', write: (log: ReturnType<typeof createLogger>) => void): string {
  const stream = new PassThrough();
  write(createLogger('feed', { LOG_LEVEL: 'info', LOG_FORMAT: format }, stream));
  return String(stream.read());
}

describe('a log line', () => {
  it('names its service and is one JSON object', () => {
    const line = logged('json', (log) => log.info({ tick: 7 }, 'hello'));
    expect(JSON.parse(line)).toMatchObject({ service: 'feed', level: 30, tick: 7, msg: 'hello' });
  });

  it('hides the values of secret fields, however deep they stand', () => {
    for (const format of ['json', 'pretty'] as const) {
      const line = logged(format, (log) =>
        log.info(
          { token: 's3cret', user: { password: 's3cret' }, request: { headers: { cookie: 's3cret' } } },
          'hello',
        ),
      );
      expect(line).toContain('hello');
      expect(line).not.toContain('s3cret');
    }
  });
});
