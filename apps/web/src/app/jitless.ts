import { config } from 'zod';

/**
 * Zod would compile its schemas by `new Function`, and finds out whether it may by trying, which the page's content security
 * policy refuses and reports. To be imported before anything that has schemas.
 */
config({ jitless: true });
