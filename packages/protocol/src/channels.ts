import { z } from 'zod';

/**
 * A channel selects event types: one type (`game.tick`), a family (`game.*`, `raw.*`), or everything (`*`).
 */
export const channelPattern = z
  .string()
  .max(100)
  .regex(
    /^(\*|[a-z][A-Za-z0-9_/:-]*(\.[A-Za-z0-9_/:-]+)*(\.\*)?)$/,
    'expected an event type, a family such as game.*, or *',
  );
