/*
 * The connection to the game, the same in a page, a frame and a worker. `settings` has `auth`, the token to log in with, and
 * `transports`. `tell` gets {state} and {event}. As the real page does, it states the token in what it sends.
 */
function openGame(settings, tell) {
  const auth = settings.get('auth');
  const transports = (settings.get('transports') ?? 'websocket,polling').split(',');
  const query = { 'frontend-version': '1.0', ...(auth ? { auth } : {}) };
  // The real page reconnects at once and does not stop trying.
  const socket = io(location.origin, {
    query,
    transports,
    reconnectionDelay: 200,
    reconnectionDelayMax: 1000,
  });
  socket.on('connect', () => {
    tell({ state: 'open' });
    if (auth) socket.emit('authenticate', { token: auth });
  });
  socket.on('disconnect', () => tell({ state: 'lost' }));
  socket.on('connect_error', () => tell({ state: 'refused' }));
  socket.onAny((event) => tell({ event }));
  setInterval(() => socket.connected && socket.emit('ping', { lastPing: performance.now() }), 5000);
}
