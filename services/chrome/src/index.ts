export { findBrowser } from './browser.js';
export { Chrome, type LaunchOptions } from './chrome.js';
export { ChromeError } from './errors.js';
export { chromeService } from './service.js';
