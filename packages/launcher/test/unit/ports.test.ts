import { describe, expect, it } from 'vitest';
import { freePort } from '../../src/index.js';

describe('free ports', () => {
  it('are all different, although nothing listens on them yet', async () => {
    const ports = new Set<number>();
    for (let drawn = 0; drawn < 500; drawn++) ports.add(await freePort());
    expect(ports.size).toBe(500);
  });
});
