export * from './phases.js';
export * from './priceHistory.js';
export * from './provablyFair.js';
