// Exit status 0 when the service on this port of this container is ready. Usage: node healthcheck.mjs <port>
const response = await fetch(`http://127.0.0.1:${process.argv[2]}/readyz`).catch(() => undefined);
process.exit(response?.ok ? 0 : 1);
