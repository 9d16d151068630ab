import type { ServiceContext, VariableName } from '@vectra/service-kit';
import { z } from 'zod';
import type { Faults } from './faults.js';
import { faultRequest } from './request.js';

/** `GET`, `POST` and `DELETE` of `/api/simulator/faults`. */
export function serveFaults(
  { http, log }: Pick<ServiceContext<VariableName>, 'http' | 'log'>,
  faults: Faults,
): void {
  http.get('/api/simulator/faults', () => ({ faults: faults.list() }));
  http.post('/api/simulator/faults', async (request, reply) => {
    const parsed = faultRequest.safeParse(request.body ?? {});
    if (!parsed.success) {
      await reply.code(400).send({ error: z.prettifyError(parsed.error) });
      return;
    }
    const fault = faults.add(parsed.data);
    log.warn({ fault }, `fault by request: ${fault.kind}`);
    await reply.code(201).send(fault);
  });
  http.delete('/api/simulator/faults', () => {
    faults.clear();
    return { faults: faults.list() };
  });
}
