import type { Sample } from './sample.ts'

export interface Line {
  /** Change of y for one more x. */
  slope: number
  /** Standard error of the slope; 0 for fewer than three points. */
  error: number
}

/** The straight line with the least squares through points (x, y). */
export function fitLine(points: readonly (readonly [number, number])[]): Line {
  const count = points.length
  const mean = (of: 0 | 1): number => points.reduce((sum, point) => sum + point[of], 0) / count
  const [x0, y0] = [mean(0), mean(1)]
  const spread = points.reduce((sum, [x]) => sum + (x - x0) ** 2, 0)
  if (count < 2 || spread === 0) return { slope: 0, error: 0 }
  const slope = points.reduce((sum, [x, y]) => sum + (x - x0) * (y - y0), 0) / spread
  const rest = points.reduce((sum, [x, y]) => sum + (y - y0 - slope * (x - x0)) ** 2, 0)
  return { slope, error: count < 3 ? 0 : Math.sqrt(rest / (count - 2) / spread) }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const half = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2
}

export interface Trend {
  program: string
  figure: string
  /** Medians of the first and of the last third; of data on disk the most. */
  first: number
  last: number
  most: number
  /** Of an hour. */
  slope: number
  error: number
  /** Whether it grows by more than it may. */
  grows: boolean
}

/** Fewer samples say nothing about a trend. */
const FEWEST = 9

/** MiB an hour that the heap may grow by. */
export const HEAP_LIMIT = 1

/**
 * How much a figure may differ between the first and the last third: a part of it, and so much besides. Memory of the process is
 * rough, since the collector gives pages back when it likes.
 */
const ROOM: readonly [RegExp, { share: number; more: number }][] = [
  [/^rssKiB$/, { share: 0.1, more: 16 * 1024 }],
  [/^codeKiB$/, { share: 0.25, more: 1024 }],
  [/^externalKiB$/, { share: 0.05, more: 512 }],
  [/^disk /, { share: 0.05, more: 64 }],
  [/^(files|connections|streams|rpcConnections|rpcStreams|threads|timers)$/, { share: 0.05, more: 3 }],
]

/**
 * What each figure of each program did once the warm-up was over. The heap grows if its slope is above the limit by more than twice its error; all
 * else if the first and the last third are too far apart.
 *
 * @param warmUp claims after which samples count
 */
export function trends(samples: readonly Sample[], warmUp: number): Trend[] {
  const warm = samples.filter(({ rounds }) => rounds >= warmUp)
  return [...Map.groupBy(warm, ({ program }) => program)].flatMap(([program, of]) => {
    if (of.length < FEWEST) return []
    const names = [...new Set(of.flatMap(({ figures }) => Object.keys(figures)))]
    return names.map((figure) => {
      const points = of.map(({ seconds, figures }) => [seconds / 3600, figures[figure] ?? 0] as const)
      const values = points.map(([, value]) => value)
      const third = Math.floor(values.length / 3)
      const [first, last] = [levelOf(figure, values.slice(0, third)), levelOf(figure, values.slice(-third))]
      const { slope, error } = fitLine(points)
      const trend = { program, figure, first, last, most: Math.max(...values), slope, error }
      return { ...trend, grows: grows(trend) }
    })
  })
}

/** Data on disk comes and goes with every 48 claims that become final at once: its peaks are compared. */
function levelOf(figure: string, values: readonly number[]): number {
  return figure.startsWith('disk ') ? Math.max(...values) : median(values)
}

function grows({ figure, first, last, slope, error }: Omit<Trend, 'grows'>): boolean {
  if (figure === 'heapKiB') return slope - 2 * error > HEAP_LIMIT * 1024
  const room = ROOM.find(([name]) => name.test(figure))?.[1]
  return room !== undefined && last > first * (1 + room.share) + room.more
}
