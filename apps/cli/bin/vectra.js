#!/usr/bin/env node
// There before the code is compiled, so that `npm ci` can link the command.
import '../dist/main.js';
