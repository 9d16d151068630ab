// Makes the pictures of the README anew, from a demo that has run for some minutes.
// Usage: node scripts/screenshots.mjs [url] [session of paper trading]
import { mkdir } from 'node:fs/promises';
import { chromium } from 'playwright-core';

const [url = 'http://127.0.0.1:8080', session] = process.argv.slice(2);
const FOLDER = new URL('../docs/images/', import.meta.url).pathname;
const PICTURES = [
  { name: 'live', hash: '#/', colorScheme: 'dark' },
  { name: 'games', hash: '#/games', colorScheme: 'light' },
  { name: 'paper', hash: session === undefined ? '#/paper' : `#/paper/${session}`, colorScheme: 'dark' },
];

await mkdir(FOLDER, { recursive: true });
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu'],
});
for (const { name, hash, colorScheme } of PICTURES) {
  const page = await browser.newPage({ viewport: { width: 1280, height: 860 }, colorScheme });
  await page.goto(`${url}/${hash}`);
  await page.locator('#content .loading').waitFor({ state: 'detached' });
  if (name === 'live') await untilFarInPlay(page);
  await page.waitForTimeout(1_500); // for what is still drawn
  await page.screenshot({ path: `${FOLDER}${name}.png` });
  await page.close();
  console.log(`docs/images/${name}.png`);
}
await browser.close();

/** A game of some length is in play, so that there is something to see. */
async function untilFarInPlay(page) {
  await page.waitForFunction(
    () => /In play/.test(document.body.innerText) && /Tick\s+\d{3}/.test(document.body.innerText),
    undefined,
    { timeout: 300_000 },
  );
}
