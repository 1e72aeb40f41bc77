/**
 * What a drawn committee tolerates: the chance that an attacker with a share x of all stake holds more than a quarter of a committee's weight. The
 * attacker splits its stake into dust, which is best for it (the mean stays, the variance grows), and so do the honest, which is worst for
 * them: the members drawn on each side are then Poisson. Writes the table of docs/protocol.md §14 to stdout. Exact sums, no dice.
 *
 *     node scripts/sim-committee.ts [--size 80] [--bound 0.25]
 */
function option(name: string, fallback: number): number {
  const at = process.argv.indexOf(name)
  return at < 0 ? fallback : Number(process.argv[at + 1])
}

/** Probabilities of 0, 1, 2 … events, as far as they matter. */
function poisson(mean: number): number[] {
  const chances = [Math.exp(-mean)]
  const most = Math.ceil(mean + 20 * Math.sqrt(mean) + 40)
  for (let k = 1; k <= most; k++) chances.push(((chances[k - 1] ?? 0) * mean) / k)
  return chances
}

/** Chance that the attacker's drawn weight exceeds the bound of all drawn weight. */
export function captureChance(size: number, share: number, online: number, bound: number): number {
  const [attackers, honest] = [poisson(size * share), poisson(size * (1 - share) * online)]
  let chance = 0
  for (const [a, p] of attackers.entries()) {
    for (const [h, q] of honest.entries()) if (a > bound * (a + h)) chance += p * q
  }
  return chance
}

const [size, bound] = [option('--size', 80), option('--bound', 0.25)]
const shares = [0.05, 0.1, 0.15, 0.2]
console.log(`| honest members online | ${shares.map((share) => `attacker ${share * 100} %`).join(' | ')} |`)
console.log(`|---|${shares.map(() => '---').join('|')}|`)
for (const online of [1, 0.8, 0.6]) {
  const cells = shares.map((share) => captureChance(size, share, online, bound).toExponential(0))
  console.log(`| ${online * 100} % | ${cells.join(' | ')} |`)
}
