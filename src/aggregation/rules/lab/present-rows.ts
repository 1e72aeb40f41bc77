import type { Gram } from '../../gram.ts'
import type { LabInput } from './lab-rule.ts'

/** The input without the rows that have no stake, and where its rows were before. */
export function presentRows(input: LabInput): { input: LabInput; from: number[] } {
  const { gram, stakes, tieBreak, hasReference, spec, coordinates, updates } = input
  const from = stakes.flatMap((stake, i) => (stake > 0n ? [i] : []))
  const kept = hasReference ? [...from, stakes.length] : from
  const pick = <T>(items: readonly T[]): T[] => from.map((i) => items[i]!)
  return {
    from,
    input: {
      gram: minor(gram, kept),
      stakes: pick(stakes),
      tieBreak: pick(tieBreak),
      hasReference,
      spec,
      coordinates,
      updates: pick(updates),
    },
  }
}

function minor({ size, matrix }: Pick<Gram, 'size' | 'matrix'>, kept: readonly number[]): Pick<Gram, 'size' | 'matrix'> {
  const small = new Float64Array(kept.length ** 2)
  kept.forEach((i, row) => kept.forEach((j, column) => (small[row * kept.length + column] = matrix[i * size + j]!)))
  return { size: kept.length, matrix: small }
}

/** Puts values of the present rows back in place, `absent` elsewhere. */
export function spread<T>(values: readonly T[], from: readonly number[], length: number, absent: T): T[] {
  const all = Array.from({ length }, () => absent)
  from.forEach((i, k) => (all[i] = values[k]!))
  return all
}
