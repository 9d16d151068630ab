#!/usr/bin/env node
import { runProgram } from '@vectra/service-kit';
import { checkCommand } from './check/command.js';
import { feed } from './service.js';

await runProgram(feed, [checkCommand]);
