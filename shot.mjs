// node /tmp/shot.mjs <base> <out-prefix> <hash...>  (run in a clone's root)
import { chromium } from 'playwright-core';
const [base, out, ...hashes] = process.argv.slice(2);
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox','--disable-gpu'] });
for (const scheme of ['dark','light']) for (const [w,h,n] of [[1280,860,'laptop'],[390,844,'phone']]) {
  const page = await browser.newPage({ viewport: { width: w, height: h }, colorScheme: scheme });
  page.on('console', m => { if (m.type()==='error') console.log('console:', m.text()); });
  page.on('pageerror', e => console.log('pageerror:', e.message));
  for (const hash of hashes) {
    await page.goto(base + '/' + hash); await page.waitForTimeout(2500);
    const o = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    const f = `${out}${hash.replace(/[^a-z]/gi,'') || 'live'}-${scheme}-${n}.png`;
    await page.screenshot({ path: f, fullPage: true }); console.log(f, o > 0 ? `OVERFLOW ${o}` : '');
  }
  await page.close();
}
await browser.close();
