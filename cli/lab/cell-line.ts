import type { CellResult } from '../../src/lab/index.ts'

/** A line about a finished cell. */
export function cellLine({ cell, refused, peak, final, backdoor, attackers, seconds }: CellResult): string {
  const { dataset, partition, members, byzantine, attack, rule, circumstance, seed } = cell
  const name = `${dataset} ${partition} n=${members} f=${byzantine} ${attack} × ${rule}${circumstance === 'none' ? '' : ` ${circumstance}`} seed ${seed}`
  if (refused !== undefined) return `${name}: refused (${refused})`
  const extra = [
    backdoor === undefined ? '' : `, backdoor ${percent(backdoor)}`,
    attackers ? `, attackers' weight ${attackers.weight.toFixed(2)} and pay ${attackers.pay.toFixed(2)} of an equal share` : '',
  ].join('')
  return `${name}: final ${percent(final)}, peak ${percent(peak)}${extra}, ${seconds.toFixed(1)} s`
}

function percent(value: number): string {
  return `${(100 * value).toFixed(1)} %`
}
