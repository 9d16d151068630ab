import { describe, expect, it } from 'vitest';
import { chooseUpstream, sourceOf } from '../../src/upstream.js';

const UPSTREAM_URL = 'https://backend.rugs.fun?frontend-version=1.0';

describe('the upstream', () => {
  it('is the one that is configured, unless the simulator is there', async () => {
    expect(await chooseUpstream({ UPSTREAM_URL })).toBe(UPSTREAM_URL);
    expect(await chooseUpstream({ UPSTREAM_URL, SIMULATOR_URL: 'http://simulator.invalid:8090' })).toBe(
      UPSTREAM_URL,
    );
    expect(await chooseUpstream({ UPSTREAM_URL, SIMULATOR_URL: 'http://localhost:8090' })).toBe(
      'http://localhost:8090',
    );
  });

  it('gives its events their source: the game itself, or a simulator', () => {
    expect(sourceOf(UPSTREAM_URL)).toBe('public');
    expect(sourceOf('http://127.0.0.1:8090')).toBe('simulator');
    expect(sourceOf('https://rugs.fun.example.org')).toBe('simulator');
  });
});
