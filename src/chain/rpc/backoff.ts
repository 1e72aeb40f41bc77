/**
 * The pause before attempt `attempt` (0 is the first repetition), in ms: doubles from `baseMs` up to `capMs`, with a
 * random upper half, so that nodes that were refused together do not retry together. `random` gives [0, 1).
 */
export function backoffMs(
  attempt: number,
  { baseMs, capMs, random }: { baseMs: number; capMs: number; random: () => number },
): number {
  const full = Math.min(capMs, baseMs * 2 ** Math.min(attempt, 30))
  return full / 2 + (random() * full) / 2
}
