import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from '../harness.js';
import { webTest, type WebTest } from './browser.js';

const OPERATOR = 'operator-of-the-tests';
/** A busy machine stores slowly, and the feed then says so. */
const FEED_WRITES = /(Writes the log|In degraded mode)[^]*Latency p50\s+[\d.]+ m?s[^]*Latency p99/;

describe('the health screen', () => {
  let web: WebTest;
  let page: Page;

  beforeAll(async () => {
    web = await webTest({ env: { SIMULATOR_SPEED: '20', GATEWAY_TOKENS: await entryOf(OPERATOR) } });
    page = await web.open('#/health');
  });
  afterAll(() => web.stop());

  const verdict = (): Promise<string> => page.getByRole('heading', { level: 1 }).innerText();
  const box = (name: string) => page.getByRole('article').filter({ has: page.getByRole('button', { name }) });
  const part = (name: string): Promise<string> => box(name).innerText();

  it('draws every part of the system with its state and figures', async () => {
    await eventually('it is all there', async () => (await page.getByRole('article').count()) === 6);
    expect(await page.getByRole('heading', { level: 4 }).allInnerTexts()).toEqual([
      'Public socket',
      'Feed',
      'Log (Redis)',
      'Recorder',
      'Paper',
      'Gateway',
    ]);
    // What there is to say comes with the first looks.
    const said: [string, RegExp][] = [
      ['Public socket', /Connected[^]*Reconnects\s+0[^]*Last event\s+(just now|\d+ s ago)/],
      ['Feed', FEED_WRITES],
      ['Log (Redis)', /Redis answers[^]*Kept\s+[\d,]+ event/],
      ['Recorder', /Recording[^]*Instances\s+1[^]*Lag\s+[\d,]+ event/],
      ['Gateway', /Clients\s+\d[^]*Latency p50/],
    ];
    for (const [name, words] of said) await expect.poll(() => part(name)).toMatch(words);
  });

  it('follows by itself', async () => {
    const before = await part('Log (Redis)');
    await eventually('more events are kept', async () => (await part('Log (Redis)')) !== before);
  });

  it('shows the details of a part, from its button and from the address', async () => {
    await page.getByRole('button', { name: 'Paper' }).press('Enter');
    const details = page.getByRole('region', { name: 'Paper' });
    expect(await details.getByRole('row', { name: /paper:7/ }).count()).toBe(1);
    expect(await details.getByRole('region', { name: /^Instance / }).innerText()).toMatch(/slots/);
    await page.reload();
    await details.waitFor();
    await details.getByRole('button', { name: 'Close' }).click();
    expect(await details.count()).toBe(0);
    expect(new URL(page.url()).hash).toBe('#/health');
  });

  it('notes what an operator wished', async () => {
    await control(web, 'pause');
    const notes = page.getByRole('region', { name: 'Notes' });
    await notes.getByText('The recorder is paused').waitFor();
    expect(await part('Recorder')).toContain('Note');
    await control(web, 'resume');
    await notes.waitFor({ state: 'detached' });
  });

  it('says in words what is wrong and what to do, at the top and at the part, until it is well again', async () => {
    web.test.system.child('paper').signal('SIGSTOP');
    const problems = page.getByRole('region', { name: 'Problems' });
    await problems.getByText('paper has not reported for').waitFor({ timeout: 60_000 });
    expect(await problems.innerText()).toContain('What to do: Start paper');
    expect(await verdict()).toMatch(/needs? attention$/);
    await problems.getByRole('button', { name: 'Show Paper' }).click();
    expect(await page.getByRole('region', { name: 'Paper' }).innerText()).toContain('Problem');
    expect(await part('Paper')).toMatch(/Problem[^]*Silent/);
    web.test.system.child('paper').signal('SIGCONT');
    await eventually('it is well again', async () => (await part('Paper')).includes('Runs'));
    await problems.getByText('paper has not reported for').waitFor({ state: 'detached' });
  });

  it('keeps what it knew last while the gateway is away, says so, and goes on by itself', async () => {
    web.test.system.child('gateway').signal('SIGSTOP');
    await eventually('it notices', async () => (await verdict()) === 'The gateway does not answer');
    expect(await page.locator('main').innerText()).toMatch(/how it stood .+, at \d+/);
    expect(await part('Feed')).toMatch(FEED_WRITES);
    web.test.system.child('gateway').signal('SIGCONT');
    await eventually('it goes on', async () => (await verdict()) !== 'The gateway does not answer');
  });
});

async function entryOf(token: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token));
  return `operator:sha256:${Buffer.from(hash).toString('hex')}`;
}

async function control({ url }: WebTest, wish: 'pause' | 'resume'): Promise<void> {
  const headers = { authorization: `Bearer ${OPERATOR}` };
  const { status } = await fetch(`${url}/api/recorder/${wish}`, { method: 'POST', headers });
  expect(status).toBe(200);
}
