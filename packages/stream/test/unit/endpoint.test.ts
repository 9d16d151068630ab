import { describe, expect, it } from 'vitest';
import { parseRedisUrl } from '../../src/endpoint.js';

describe('the URL of a Redis', () => {
  it('names one server, with or without port, database and credentials', () => {
    expect(parseRedisUrl('redis://localhost')).toEqual({
      kind: 'server',
      nodes: [{ host: 'localhost', port: 6379 }],
      db: 0,
      tls: false,
    });
    expect(parseRedisUrl('rediss://feed:p%40ss@[::1]:7000/3')).toEqual({
      kind: 'server',
      nodes: [{ host: '::1', port: 7000 }],
      username: 'feed',
      password: 'p@ss',
      db: 3,
      tls: true,
    });
    expect(parseRedisUrl('redis://:secret@host')).toMatchObject({ password: 'secret' });
  });

  it('names the Sentinels and the master they watch', () => {
    expect(parseRedisUrl('redis+sentinel://:secret@a:1,b/rugs-master/2')).toEqual({
      kind: 'sentinel',
      nodes: [
        { host: 'a', port: 1 },
        { host: 'b', port: 26379 },
      ],
      master: 'rugs-master',
      password: 'secret',
      db: 2,
      tls: false,
    });
  });

  it('names nodes of a Cluster', () => {
    expect(parseRedisUrl('redis+cluster://10.0.0.1:7001,10.0.0.2:7002')).toMatchObject({
      kind: 'cluster',
      nodes: [
        { host: '10.0.0.1', port: 7001 },
        { host: '10.0.0.2', port: 7002 },
      ],
    });
  });

  it.each([
    ['redis://a,b', 'one host'],
    ['redis+sentinel://a', 'name of the master'],
    ['redis+cluster://a/2', 'number of a database'],
    ['redis://a/x', 'number of a database'],
    ['redis://a:port', 'host:port'],
    ['http://a', 'a host'],
    ['redis://', 'a host'],
  ])('%s is refused: expected %s', (url, expected) => {
    expect(() => parseRedisUrl(url)).toThrow(expected);
  });

  it('is told without its password', () => {
    expect(() => parseRedisUrl('redis://:hunter2@a,b')).toThrow(/^Redis URL: .* was redis:\/\/a,b$/);
  });
});
