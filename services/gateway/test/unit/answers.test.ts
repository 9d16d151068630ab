import fastify from 'fastify';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { answerErrors } from '../../src/answers.js';

it('a failure of ours is answered in one sentence, and the log has the rest', async () => {
  const logged: string[] = [];
  const http = fastify();
  answerErrors(http, pino({}, { write: (line) => logged.push(line) }));
  http.get('/fails', () => {
    throw new TypeError('secret of the inside');
  });
  const { statusCode, body } = await http.inject('/fails');
  expect(statusCode).toBe(500);
  expect(JSON.parse(body)).toEqual({
    error: { code: 'internal', message: 'The gateway could not answer; its log says why.' },
  });
  expect(logged.join()).toContain('secret of the inside');
  await http.close();
});
