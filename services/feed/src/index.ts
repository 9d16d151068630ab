export { Normalizer, type NormalizerOptions, type Outcome } from './normalizer.js';
export { feed } from './service.js';
export type { UpstreamEvent } from './wire.js';
