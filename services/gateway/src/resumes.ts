import type { Position, UnrecoveredReason } from '@vectra/protocol';
import type { Logger } from '@vectra/service-kit';
import type { ClientMeters } from './metrics.js';

/** A client asked to go on after `from`; `reason`: why it cannot have everything since then. */
export function noteResume(
  { logger, meters }: { logger: Logger; meters: ClientMeters },
  { epoch, seq }: Position,
  reason: UnrecoveredReason | undefined,
): void {
  meters.resumed(reason);
  const recovered = reason === undefined;
  logger.info({ epoch, seq, recovered, ...(recovered ? {} : { reason }) }, 'a client resumes');
}
