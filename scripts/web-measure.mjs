// Measures how soon the live screen is there. Usage: node scripts/web-measure.mjs [url] [loads]
// Each load is a browser profile of its own, so nothing is cached; the first load warms the gateway and is not counted.
import { gzipSync } from 'node:zlib';
import { chromium } from 'playwright-core';

const [url = 'http://127.0.0.1:8080', loads = '5'] = process.argv.slice(2);
const LAPTOP = { width: 1280, height: 860 };

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});
const results = [];
for (let load = 0; load <= Number(loads); load++) results.push(await measure());
await browser.close();
const counted = results.slice(1);
const median = (what) => counted.map((result) => result[what]).sort((a, b) => a - b)[counted.length >> 1];
console.log(`first contentful paint  ${median('paint')} ms`);
console.log(`first tick on the chart ${median('tick')} ms`);
console.log(`live screen             ${Math.ceil((await bytesAtOnce()) / 1000)} KB gzip`);
console.log(
  `median of ${counted.length} loads in ms from the navigation's start: ${JSON.stringify(counted)}`,
);

async function measure() {
  const context = await browser.newContext({ viewport: LAPTOP });
  const page = await context.newPage();
  await page.addInitScript(watch);
  await page.goto(url);
  const tick = await page.waitForFunction(() => window.firstTickAt, undefined, { timeout: 120_000 });
  const paint = await page.evaluate(
    () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN,
  );
  const result = { paint: Math.round(paint), tick: Math.round(await tick.jsonValue()) };
  await context.close();
  return result;
}

/** In the page: a game's price is shown and its chart has a canvas, which is painted by the frame after. */
function watch() {
  const look = () => {
    const isPriced = /\d/.test(document.querySelector('.multiplier')?.textContent ?? '');
    const isDrawn = [...document.querySelectorAll('canvas')].some(({ width }) => width > 1);
    if (!isPriced || !isDrawn) requestAnimationFrame(look);
    else requestAnimationFrame(() => requestAnimationFrame(() => (window.firstTickAt = performance.now())));
  };
  requestAnimationFrame(look);
}

/** What the page itself names: its script, what is loaded with it, and its styles. */
async function bytesAtOnce() {
  const html = await (await fetch(url)).text();
  const paths = [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, path]) => path);
  const sizes = await Promise.all(
    [...new Set(paths)].map(async (path) => {
      const response = await fetch(url + path);
      return gzipSync(Buffer.from(await response.arrayBuffer())).length;
    }),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
