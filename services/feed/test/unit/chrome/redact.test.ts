import { describe, expect, it } from 'vitest';
import { redact } from '../../../src/chrome/redact.js';

describe('what the page is told', () => {
  it('is passed on without anything that lets somebody act for the account', () => {
    const told = {
      id: 'did:privy:a',
      authToken: 'abc',
      list: [{ Authorization: 'Bearer abc', text: 'see eyJhbGciOiJI.eyJzdWIiOiIx.c2ln here' }],
    };
    expect(redact(told)).toEqual({
      id: 'did:privy:a',
      authToken: '[hidden]',
      list: [{ Authorization: '[hidden]', text: 'see [hidden] here' }],
    });
  });

  it('is otherwise the same', () => {
    const told = [1, null, true, 'text', { cash: 0.1, sideBet: null, levels: [{ xp: 3 }] }];
    expect(redact(told)).toEqual(told);
  });
});
