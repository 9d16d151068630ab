import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { Server, type Socket } from 'socket.io';

/**
 * A Socket.IO server of its own process that sends the frames of one long game to whoever connects: a standard frame a
 * tick of about 3.7 KB, or with everything a frame can hold, about 300 KB. Tells its port, and when each frame was sent.
 *
 * Arguments: frames to send, frames a second (0 = as fast as they are taken), `standard` or `full`.
 */
const [count = 0, rate = 0] = process.argv.slice(2, 4).map(Number);
const kind = process.argv[4] ?? 'standard';

const GAME_ID = '20260101-0123456789abcdef';
const player = (index: number) => ({
  id: `did:privy:${String(index).padStart(25, 'c')}`,
  username: `player${index}`,
  level: index,
  pnl: index * 0.012345678,
  regularPnl: index * 0.012345678,
  sidebetPnl: 0,
  shortPnl: 0,
  pnlPercent: index * 1.2345678,
  hasActiveTrades: true,
  positionQty: index * 0.5,
  avgCost: 1.2345678,
  totalInvested: index * 0.6172839,
  position: index + 1,
  selectedCoin: { address: 'So11111111111111111111111111111111111111112', ticker: 'SOL' },
});
const history = Array.from({ length: 10 }, (_, game) => ({
  id: `20260101-${String(game).padStart(16, '0')}`,
  timestamp: 1_767_225_600_000 + game,
  peakMultiplier: 2.5,
  prices: Array.from({ length: 600 }, (__, tick) => 1 + tick * 0.0012345678901234),
  globalTrades: Array.from({ length: 60 }, (__, trade) => ({
    ...player(trade),
    price: 1.2345678,
    qty: 0.25,
  })),
  globalSidebets: [],
}));

function frame(tickCount: number): object {
  const price = (tick: number): number => 1 + ((tick % 997) * 0.0123456789012345) / 3;
  const window = [0, 1, 2, 3, 4].map((back) => tickCount - back).filter((tick) => tick >= 0);
  const values = Object.fromEntries(window.reverse().map((tick) => [tick, price(tick)]));
  return {
    active: true,
    price: price(tickCount),
    rugged: false,
    tickCount,
    cooldownTimer: 0,
    cooldownPaused: false,
    pauseMessage: '',
    allowPreRoundBuys: false,
    leaderboard: Array.from({ length: 8 }, (_, index) => player(index)),
    gameId: GAME_ID,
    connectedPlayers: 198,
    partialPrices: { startTick: window[0], endTick: tickCount, values },
    provablyFair: { serverSeedHash: 'f8'.repeat(32), version: 'v3' },
    tradeCount: tickCount,
    ...(kind === 'full' ? { gameHistory: history } : {}),
  };
}

const http = createServer();
const server = new Server(http, { transports: ['websocket'], maxHttpBufferSize: 1e7 });

async function play(socket: Socket): Promise<void> {
  const sentAt: number[] = [];
  const began = performance.now();
  for (let tick = 0; tick < count && socket.connected; tick++) {
    if (rate > 0) await sleep(Math.max(0, began + (tick * 1_000) / rate - performance.now()));
    // As fast as it is taken: the next frame when the one before is on its way.
    else while (!socket.conn.transport.writable) await turn();
    sentAt.push(Date.now());
    socket.emit('gameStateUpdate', frame(tick));
    if (rate === 0) await turn();
  }
  process.send?.({ sentAt });
}

server.on('connection', (socket) => void play(socket));
http.listen(0, '127.0.0.1', () => {
  const bytes = JSON.stringify(frame(100)).length;
  process.send?.({ port: (http.address() as AddressInfo).port, bytes });
});
process.once('disconnect', () => process.exit(0));
