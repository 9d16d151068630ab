/** SOL as the game writes it: to 9 decimals. */
export function sol(amount: number): number {
  return Math.round(amount * 1e9) / 1e9;
}

export const SOL_ADDRESS = 'So11111111111111111111111111111111111111112';
export const PRACTICE_ADDRESS = '0xPractice';

/** The full frame's `availableShitcoins`. */
export const AVAILABLE_COINS = [
  { address: PRACTICE_ADDRESS, ticker: 'FREE', name: 'Practice SOL', max_bet: 10000, max_win: 100000 },
] as const;

/** A leaderboard entry's `selectedCoin`. */
export const PRACTICE_COIN = {
  address: PRACTICE_ADDRESS,
  ticker: 'FREE',
  name: 'Free Practice Token',
  max_bet: 10000,
  max_win: 50000,
  logoURI: '/icons/Icon_Free_Solana.png',
} as const;
