export * from './account.js';
export * from './phases.js';
export * from './position.js';
export * from './priceHistory.js';
export * from './provablyFair.js';
export * from './trading/index.js';
