import type { Logger } from '@vectra/service-kit';
import type { RecorderWish, ServiceState } from '@vectra/stream';
import type { FastifyInstance } from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { z } from 'zod';
import { authorize } from './access.js';
import { answered, errorAnswer } from './answers.js';
import { recorderReport, recordingStatus } from './schemas.js';
import type { Tokens } from './tokens.js';

/** The answer of `/api/recorder`. */
type RecorderReport = z.infer<typeof recorderReport>;

export interface RecorderApiParts {
  tokens: Tokens;
  logger: Logger;
  log: {
    recorderWish(): Promise<RecorderWish | null>;
    wishRecorder(wish: RecorderWish): Promise<void>;
    services(): Promise<readonly ServiceState[]>;
  };
}

/** Nothing needs to be said besides the path. */
const BODY_BYTES = 1_024;
const WISHES = { pause: 'paused', resume: 'on' } as const;

/** Shows and tells the recorders whether to record. They follow within a second; the answer does not wait for them. */
export function serveRecorderApi(server: FastifyInstance, { tokens, log, logger }: RecorderApiParts): void {
  const http = server.withTypeProvider<ZodTypeProvider>();
  const report = async (): Promise<RecorderReport> => {
    const [wish, services] = await Promise.all([log.recorderWish(), log.services()]);
    return { wish, recorders: recordersIn(services) };
  };

  const schema = {
    tags: ['control'],
    security: [{ token: [] }],
    response: { 200: recorderReport, 401: errorAnswer, 403: errorAnswer, 503: errorAnswer },
  };

  http.get(
    '/api/recorder',
    { schema: { ...schema, summary: 'Whether to record, and what is done' } },
    async (request) => {
      authorize(request, tokens, 'viewer');
      return answered(report());
    },
  );

  for (const [action, recording] of Object.entries(WISHES)) {
    const summary = `Has the recorder ${action} recording; needs an operator's token`;
    http.post(
      `/api/recorder/${action}`,
      { bodyLimit: BODY_BYTES, schema: { ...schema, summary } },
      async (request) => {
        const role = authorize(request, tokens, 'operator');
        await answered(log.wishRecorder({ recording, at: Date.now(), by: `${role} through the gateway` }));
        logger.info({ recording, role, address: request.ip }, 'the recorder was told whether to record');
        return answered(report());
      },
    );
  }
}

/** Of the recorders heard of lately, those that say whether they record. */
export function recordersIn(services: readonly ServiceState[]): RecorderReport['recorders'] {
  return services.flatMap(({ name, instance, detail }) => {
    const parsed = recordingStatus.safeParse(detail.recording);
    return name === 'recorder' && parsed.success ? [{ instance, ...parsed.data }] : [];
  });
}
