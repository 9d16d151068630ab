/* The connection in a worker, shared or not; its settings are the query of its own address. */
importScripts('/socket.io/socket.io.min.js', '/page/socket.js');
const ports = [];
const shared = 'onconnect' in self;
if (shared) self.onconnect = ({ ports: [port] }) => ports.push(port);
openGame(new URL(location.href).searchParams, (told) => {
  for (const port of shared ? ports : [self]) port.postMessage(told);
});
