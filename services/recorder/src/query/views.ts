import { EVENT_TYPES } from '@vectra/protocol';
import { quote, quoteName } from '../store/engine.js';
import { relationOf, type TypeFiles } from '../store/snapshot.js';

const COMMON = 'timestamp, source, epoch, seq, id';

const TICKS = `SELECT game_id, tick_count AS tick, price, price_exact, phase, active, rugged, cooldown_timer, trade_count,
  backfilled, ${COMMON} FROM "game.tick"`;

/** A game may be joined again after it was lost sight of, and imported: what is known of it is taken together. */
const GAMES = `SELECT game_id, started_at, ended_at, joined_at_tick, rugged, rug_tick, rug_price, peak_multiplier, tick_count,
  coalesce(announced_hash, seed_hash) AS server_seed_hash, server_seed, verdict, complete, game_version, source
FROM (SELECT game_id, min(timestamp) AS started_at, min(joined_at_tick) AS joined_at_tick, any_value(server_seed_hash) AS announced_hash,
    any_value(game_version) AS game_version, any_value(source) AS source
  FROM "game.start" GROUP BY game_id)
FULL JOIN (SELECT game_id, max(timestamp) AS ended_at, bool_or(reason = 'rugged') AS rugged, max(rug_tick) AS rug_tick,
    any_value(rug_price) AS rug_price, max(peak_multiplier) AS peak_multiplier, max(tick_count) AS tick_count
  FROM "game.end" GROUP BY game_id) USING (game_id)
FULL JOIN (SELECT game_id, arg_max(server_seed, timestamp) AS server_seed, arg_max(server_seed_hash, timestamp) AS seed_hash,
    arg_max(verdict, timestamp) AS verdict, bool_or(complete) AS complete
  FROM "game.sealed" GROUP BY game_id) USING (game_id)
WHERE game_id IS NOT NULL`;

const TRADES = `SELECT game_id, tick_index AS tick, player_id, username, level, side, price, qty, amount, leverage, coin,
  bonus_portion, real_portion, price_exact, qty_exact, amount_exact, trade_id, ${COMMON} FROM "player.trade"`;

/** A bet is told of when it is placed and when it is decided; either may have been missed. */
const SIDEBETS = `SELECT game_id, player_id, start_tick, coalesce(p.bet_id, r.bet_id) AS bet_id,
  coalesce(p.username, r.username) AS username, coalesce(p.own, false) OR coalesce(r.own, false) AS own,
  coalesce(p.bet_amount, r.bet_amount) AS bet_amount, coalesce(p.x_payout, r.x_payout) AS x_payout,
  coalesce(p.end_tick, r.end_tick) AS end_tick, coalesce(p.coin_address, r.coin_address) AS coin_address,
  p.timestamp AS placed_at, r.timestamp AS decided_at, r.won, r.payout, r.profit, r.tick_index AS decided_at_tick
FROM (SELECT DISTINCT ON (game_id, player_id, start_tick) * FROM "sidebet.placed" ORDER BY own DESC, timestamp) p
FULL JOIN (SELECT DISTINCT ON (game_id, player_id, start_tick) * FROM "sidebet.result" ORDER BY own DESC, timestamp) r
  USING (game_id, player_id, start_tick)`;

const ACTIONS = `SELECT game_id, tick_index AS tick, player_id, username, side AS action, amount, price, qty,
  NULL::DOUBLE AS profit, NULL::BOOLEAN AS own, ${COMMON} FROM "player.trade"
UNION ALL BY NAME SELECT game_id, start_tick AS tick, player_id, username, 'sidebet' AS action, bet_amount AS amount,
  own, ${COMMON} FROM "sidebet.placed"
UNION ALL BY NAME SELECT game_id, tick_index AS tick, player_id, username,
  CASE WHEN won THEN 'sidebet_won' ELSE 'sidebet_lost' END AS action, payout AS amount, profit, own, ${COMMON} FROM "sidebet.result"`;

/** The views by name, as SQL over the types' own. */
export const VIEWS: Readonly<Record<string, string>> = {
  ticks: TICKS,
  games: GAMES,
  trades: TRADES,
  sidebets: SIDEBETS,
  actions: ACTIONS,
};

/** Statements that define a view for each event type, `events` over all of them, and the named views over those. */
export function viewStatements(types: ReadonlyMap<string, TypeFiles>): string[] {
  const names = [...new Set<string>([...EVENT_TYPES, ...types.keys()])];
  const all = names.map(
    (type) =>
      `SELECT ${quote(type)} AS type, epoch, seq, id, timestamp, game_id, source, raw FROM ${quoteName(type)}`,
  );
  return [
    ...names.map(
      (type) => `CREATE VIEW ${quoteName(type)} AS SELECT * FROM ${relationOf(type, types.get(type))}`,
    ),
    `CREATE VIEW events AS ${all.join(' UNION ALL BY NAME ')}`,
    ...Object.entries(VIEWS).map(([name, sql]) => `CREATE VIEW ${name} AS ${sql}`),
  ];
}
