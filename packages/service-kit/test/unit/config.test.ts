import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ConfigError, loadConfig, renderEnvExample, variables, type VariableName } from '../../src/index.js';

const NAMES = Object.keys(variables) as VariableName[];

describe('the environment', () => {
  it('needs nothing: every variable has a default or may be absent', () => {
    expect(() => loadConfig(NAMES, {})).not.toThrow();
  });

  it('gives typed values, and the default for what is unset or empty', () => {
    const config = loadConfig(
      ['GATEWAY_PORT', 'FEED_RAW_EVENTS', 'STREAM', 'SIMULATOR_SEED', 'SIMULATOR_SPEED'],
      {
        GATEWAY_PORT: ' 9000 ',
        FEED_RAW_EVENTS: 'newChatMessage, rugRoyaleUpdate',
        STREAM: '',
        SIMULATOR_SPEED: '0.5',
      },
    );
    expect(config).toEqual({
      GATEWAY_PORT: 9000,
      FEED_RAW_EVENTS: ['newChatMessage', 'rugRoyaleUpdate'],
      STREAM: 'rugs',
      SIMULATOR_SEED: undefined,
      SIMULATOR_SPEED: 0.5,
    });
  });

  it('takes the name of the log with or without its braces', () => {
    expect(loadConfig(['STREAM'], { STREAM: '{rugs}' }).STREAM).toBe('rugs');
    expect(loadConfig(['STREAM'], { STREAM: 'rugs' }).STREAM).toBe('rugs');
  });

  it('names every variable that does not fit, its value, and what was expected', () => {
    const load = () =>
      loadConfig(['GATEWAY_PORT', 'LOG_LEVEL', 'UPSTREAM_URL'], {
        GATEWAY_PORT: '80 80',
        LOG_LEVEL: 'loud',
        UPSTREAM_URL: 'rugs.fun',
      });
    expect(load).toThrow(ConfigError);
    expect(load).toThrow(/GATEWAY_PORT="80 80": expected a whole number from 0 to 65535/);
    expect(load).toThrow(/LOG_LEVEL="loud": .*"trace"/);
    expect(load).toThrow(/UPSTREAM_URL="rugs.fun": expected a URL that starts with http/);
  });

  describe('a value from a file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'vectra-secrets-'));
    const file = join(folder, 'secret');
    afterAll(() => rmSync(folder, { recursive: true }));

    it('is read where <NAME>_FILE names it, without the line end', () => {
      writeFileSync(file, 'redis://feed:secret@redis:6379\n');
      const { REDIS_URL } = loadConfig(['REDIS_URL'], { REDIS_URL_FILE: file });
      expect(REDIS_URL).toBe('redis://feed:secret@redis:6379');
    });

    it('is checked like a value of the environment, and not shown when it is a secret', () => {
      writeFileSync(file, 'operator:my-secret');
      const load = () => loadConfig(['GATEWAY_TOKENS'], { GATEWAY_TOKENS_FILE: file });
      expect(load).toThrow(/^GATEWAY_TOKENS=\(hidden\): /);
      expect(load).not.toThrow('my-secret');
    });

    it('is the default when the file is empty or no file is named', () => {
      writeFileSync(file, '\n');
      expect(loadConfig(['STREAM'], { STREAM_FILE: file }).STREAM).toBe('rugs');
      expect(loadConfig(['STREAM'], { STREAM_FILE: '' }).STREAM).toBe('rugs');
    });

    it('is refused beside the variable itself: nobody would know which counts', () => {
      writeFileSync(file, 'other');
      expect(() => loadConfig(['STREAM'], { STREAM: 'rugs', STREAM_FILE: file })).toThrow(
        'STREAM and STREAM_FILE are both set: unset one of them',
      );
    });

    it('names the file that cannot be read, and why', () => {
      const missing = join(folder, 'missing');
      expect(() => loadConfig(['STREAM'], { STREAM_FILE: missing })).toThrow(
        `STREAM_FILE="${missing}" can't be read: ENOENT`,
      );
    });
  });

  it('shows no password of a URL', () => {
    const load = () => loadConfig(['REDIS_URL'], { REDIS_URL: 'http://user:hunter2@host' });
    expect(load).toThrow('(hidden)@host');
    expect(load).not.toThrow('hunter2');
  });

  it('is what .env.example says', () => {
    const file = readFileSync(new URL('../../../../.env.example', import.meta.url), 'utf8');
    expect(file).toBe(renderEnvExample());
  });

  it('is what docker-compose.yml passes on, with the same defaults', () => {
    const compose = readFileSync(new URL('../../../../docker-compose.yml', import.meta.url), 'utf8');
    const passed = [...compose.matchAll(/\$\{([A-Z_]+):-([^}]*)\}/g)];
    expect(passed.length).toBeGreaterThan(10);
    const differing = passed.filter(([, name = '', fallback]) => {
      const known = Object.hasOwn(variables, name) ? variables[name as VariableName] : undefined;
      // In containers logs are read by machines.
      return name !== 'LOG_FORMAT' && (known === undefined || (known.fallback ?? '') !== fallback);
    });
    expect(differing.map(([text]) => text)).toEqual([]);
  });
});
