import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { testSystem, type TestSystem, type TestSystemOptions } from '../harness.js';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
/** No sandbox in the sandbox that tests run in; no traffic of the browser's own. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
export const LAPTOP = { width: 1280, height: 860 };
export const PHONE = { width: 390, height: 844 };

/** The whole system, and a browser that looks at it. */
export interface WebTest {
  test: TestSystem;
  /** The gateway's address. */
  url: string;
  /** Opens a screen, such as `#/games`, in a browser profile of its own. */
  open(hash?: string, options?: BrowserContextOptions): Promise<Page>;
  /** What pages complained of: errors of scripts, the console's, and violations of the content security policy. */
  complaints: string[];
  /** Whatever host pages asked for something, or opened a WebSocket to. */
  hosts: Set<string>;
  stop(): Promise<void>;
}

/** A system of the test's own with generated games, unless told otherwise, and Chromium. */
export async function webTest(options: TestSystemOptions = {}): Promise<WebTest> {
  const test = await testSystem(options);
  const browser = await launch(test);
  const complaints: string[] = [];
  const hosts = new Set<string>();
  const url = test.system.url('gateway');
  const open = async (hash = '', how: BrowserContextOptions = {}): Promise<Page> => {
    const context = await browser.newContext({ viewport: LAPTOP, ...how });
    const page = await context.newPage();
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page.on('request', (request) => hosts.add(new URL(request.url()).host));
    page.on('websocket', (socket) => hosts.add(new URL(socket.url()).host));
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(`${url}/${hash}`);
    return page;
  };
  const stop = async (): Promise<void> => {
    await browser.close();
    await test.stop();
  };
  return { test, url, open, complaints, hosts, stop };
}

async function launch(test: TestSystem): Promise<Browser> {
  try {
    return await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  } catch (error) {
    await test.stop();
    throw error;
  }
}

/** How far a page reaches beyond the window's width, in pixels; 0 when it fits. */
export async function sidewaysOverflow(page: Page): Promise<number> {
  return page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - window.innerWidth));
}
