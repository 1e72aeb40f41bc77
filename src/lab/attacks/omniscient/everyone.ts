import type { OmniscientContext } from './omniscient-attack.ts'

/** One vector for every row of the attackers. */
export function everyone({ own }: Pick<OmniscientContext, 'own'>, vector: Float32Array): Float32Array[] {
  return own.map(() => vector)
}
