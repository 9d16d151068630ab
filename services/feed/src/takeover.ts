import type { Draft } from '@vectra/protocol';
import type { Heard } from './held.js';
import type { Normalizer } from './normalizer.js';

/**
 * What the log lacks of what a feed has heard, when it begins to write the log. Pure.
 *
 * The log has come as far as the newest frame that it tells of. The game must not go back behind that: frames before it
 * only fill in what is missing, frames after it are taken as ever. Trades and sidebets have keys of their own and are
 * taken wherever they stand; anything else from before that frame is in the log already.
 *
 * @param normalizer has taken over what the log tells; afterwards it knows all that was heard.
 */
export function catchUp(normalizer: Normalizer, heard: readonly Heard[]): Draft[] {
  const reached = heard.findLastIndex((one) => 'name' in one && normalizer.isInLog(one));
  const missing = heard.flatMap((one, index) => {
    if ('status' in one) return index > reached ? normalizer.connection(one) : [];
    if (index > reached) return normalizer.ingest(one).drafts;
    return normalizer.recall(one, index === reached).drafts;
  });
  normalizer.endRecall();
  return missing;
}
