/** A linear map from values to places on a drawing. */
export function scale([from, to]: readonly [number, number], [low, high]: readonly [number, number]): (value: number) => number {
  const span = to - from || 1
  return (value) => low + ((value - from) / span) * (high - low)
}

/** At most about `count` round numbers from `from` to `to`. */
export function ticks(from: number, to: number, count: number): number[] {
  const span = to - from
  if (!(span > 0)) return [from]
  const raw = span / count
  const power = 10 ** Math.floor(Math.log10(raw))
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= raw)!
  const first = Math.ceil(from / step) * step
  return Array.from({ length: Math.floor((to - first) / step + 1e-9) + 1 }, (_, k) => Number((first + k * step).toPrecision(12)))
}

/** The range of the values with a little room. */
export function rangeOf(values: readonly number[]): [number, number] {
  const finite = values.filter(Number.isFinite)
  if (finite.length === 0) return [0, 1]
  const [low, high] = [Math.min(...finite), Math.max(...finite)]
  const room = (high - low) * 0.06 || Math.abs(high) * 0.1 || 1
  return [low >= 0 && low - room < 0 ? 0 : low - room, high + room]
}
