import type { LabPrivacy } from './training-within.ts'

/** One run at one ε. */
export interface NoiseRun {
  /** Undefined without noise. */
  privacy?: LabPrivacy
  seed: number
  /** Final test accuracy, 0…1. */
  accuracy: number
}

/** All seeds of one ε. */
export interface NoisePoint {
  /** Undefined without noise. */
  epsilon?: number
  seeds: number
  mean: number
  least: number
  most: number
}

/** The accuracy of each ε over seeds, the smallest ε first and no noise last. */
export function summariseNoise(runs: readonly NoiseRun[]): NoisePoint[] {
  const groups = Map.groupBy(runs, ({ privacy }) => privacy?.epsilon ?? Number.POSITIVE_INFINITY)
  return [...groups]
    .sort(([one], [other]) => one - other)
    .map(([epsilon, group]) => {
      const all = group.map(({ accuracy }) => accuracy)
      return {
        ...(Number.isFinite(epsilon) && { epsilon }),
        seeds: all.length,
        mean: all.reduce((sum, value) => sum + value, 0) / all.length,
        least: Math.min(...all),
        most: Math.max(...all),
      }
    })
}

export const epsilonTitle = ({ epsilon }: Pick<NoisePoint, 'epsilon'>): string =>
  epsilon === undefined ? 'no noise' : `ε = ${epsilon}`

/** One row for each ε. */
export function noiseMarkdown(points: readonly NoisePoint[]): string {
  const percent = (value: number): string => (100 * value).toFixed(1)
  return [
    '| budget | seeds | accuracy, % | least | most |',
    '|---|---|---|---|---|',
    ...points.map(
      (point) =>
        `| ${epsilonTitle(point)} | ${point.seeds} | ${percent(point.mean)} | ${percent(point.least)} | ${percent(point.most)} |`,
    ),
    '',
  ].join('\n')
}
