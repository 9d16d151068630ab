import { loadConfig } from '@vectra/service-kit';
import { defineConfig } from 'vite';
import { budget } from './budget.js';

const { GATEWAY_PORT } = loadConfig(['GATEWAY_PORT']);
const gateway = `http://127.0.0.1:${GATEWAY_PORT}`;

export default defineConfig({
  plugins: [budget()],
  // The gateway's content security policy allows no inlined data: URLs.
  build: { target: 'es2022', assetsInlineLimit: 0 },
  // In development the page comes from here, its data from the gateway.
  server: { proxy: { '/api': gateway, '/ws': { target: gateway, ws: true } } },
});
