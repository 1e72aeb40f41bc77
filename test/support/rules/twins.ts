/**
 * Slow, obvious twins: each works on the vectors themselves, with every bond cut into unit stakes, exactly as its paper has it for equal members. Exact in
 * BigInt where the rule is, float64 where only the limit is defined.
 */

/** One vector per unit of stake. */
export function unitRows(vectors: readonly (readonly number[])[], stakes: readonly bigint[]): number[][] {
  return vectors.flatMap((vector, i) => Array.from({ length: Number(stakes[i]) }, () => [...vector]))
}

function squared(a: readonly number[], b: readonly number[]): bigint {
  return a.reduce((sum, value, k) => sum + BigInt(value - b[k]!) ** 2n, 0n)
}

/** Krum score of each unit row: squared distances to its nearest N − f rows, itself among them. */
export function krumTwin(units: readonly number[][], f: number): bigint[] {
  return units.map((row) => {
    const distances = units.map((other) => squared(row, other)).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
    return distances.slice(0, units.length - f).reduce((a, b) => a + b, 0n)
  })
}

/** floor(2^16 · mean of the unit values between the f lowest and f highest), by coordinate. */
export function trimmedMeanTwin(units: readonly number[][], f: number): bigint[] {
  return units[0]!.map((_, k) => {
    const values = units.map((row) => row[k]!).sort((a, b) => a - b)
    const kept = values.slice(f, values.length - f)
    const sum = BigInt(kept.reduce((a, b) => a + b, 0)) << 16n
    const count = BigInt(kept.length)
    return sum >= 0n || sum % count === 0n ? sum / count : sum / count - 1n
  })
}

/** 2^16 · the middle value, or half-way between the two middle ones. */
export function medianTwin(units: readonly number[][]): bigint[] {
  return units[0]!.map((_, k) => {
    const values = units.map((row) => row[k]!).sort((a, b) => a - b)
    const low = values[Math.floor((values.length - 1) / 2)]!
    const high = values[Math.floor(values.length / 2)]!
    return BigInt(low + high) << 15n
  })
}

type Point = readonly number[]

const distance = (a: Point, b: Point): number => Math.hypot(...a.map((value, k) => value - b[k]!))

export function weightedMeanPoint(points: readonly Point[], weights: readonly number[]): number[] {
  const total = weights.reduce((a, b) => a + b, 0)
  return points[0]!.map((_, k) => points.reduce((sum, point, i) => sum + (weights[i]! / total) * point[k]!, 0))
}

/** Weiszfeld on the points, with the floor of a thousandth of the (lower) median distance to the mean. */
export function weiszfeldTwin(units: readonly Point[], iterations: number): number[] {
  const ones = units.map(() => 1)
  let centre = weightedMeanPoint(units, ones)
  const sorted = units.map((row) => distance(row, centre)).sort((a, b) => a - b)
  const floor = Math.max(sorted[Math.ceil(units.length / 2) - 1]! / 1024, 1 / 256)
  for (let t = 0; t < iterations; t++) {
    const at = centre
    centre = weightedMeanPoint(
      units,
      units.map((row) => 1 / Math.max(distance(row, at), floor)),
    )
  }
  return centre
}

/** Every unit row as the mean of its nearest N − f. */
export function mixTwin(units: readonly Point[], f: number): number[][] {
  return units.map((row) => {
    const nearest = [...units].sort((a, b) => distance(row, a) - distance(row, b)).slice(0, units.length - f)
    return weightedMeanPoint(
      nearest,
      nearest.map(() => 1),
    )
  })
}

/** Clips the k longest rows to the length of the next, k = floor(2 (f/N)(N − f)). */
export function arcTwin(units: readonly Point[], f: number): number[][] {
  const norms = units.map((row) => Math.hypot(...row))
  const k = Math.floor((2 * f * (units.length - f)) / units.length)
  const limit = [...norms].sort((a, b) => b - a)[k]!
  return units.map((row, i) => row.map((value) => (norms[i]! > limit ? (value * limit) / norms[i]! : value)))
}

/** Centred clipping from the medoid, three steps. */
export function centredClippingTwin(units: readonly Point[]): number[] {
  const spread = units.map((row) => units.reduce((sum, other) => sum + distance(row, other), 0))
  const start = units[spread.indexOf(Math.min(...spread))]!
  const radius = units.map((row) => distance(row, start)).sort((a, b) => a - b)[Math.ceil(units.length / 2) - 1]!
  let centre: Point = start
  for (let step = 0; step < 3; step++) {
    const at = centre
    const scale = units.map((row) => (distance(row, at) <= radius ? 1 : radius / distance(row, at)))
    centre = at.map((value, k) => value + units.reduce((sum, row, i) => sum + (row[k]! - value) * scale[i]!, 0) / units.length)
  }
  return [...centre]
}

/** Squared projections on the leading direction of the centred rows, by power iteration in the space of the vectors. */
export function dncTwin(units: readonly Point[]): number[] {
  const mean = weightedMeanPoint(
    units,
    units.map(() => 1),
  )
  const centred = units.map((row) => row.map((value, k) => value - mean[k]!))
  let direction = [...centred].sort((a, b) => Math.hypot(...b) - Math.hypot(...a))[0]!
  for (let step = 0; step < 200; step++) {
    const next = mean.map((_, k) =>
      centred.reduce((sum, row) => sum + row[k]! * row.reduce((dot, value, m) => dot + value * direction[m]!, 0), 0),
    )
    const length = Math.hypot(...next) || 1
    direction = next.map((value) => value / length)
  }
  return centred.map((row) => row.reduce((dot, value, k) => dot + value * direction[k]!, 0) ** 2)
}

/** FoolsGold's factors in float64. */
export function foolsGoldTwin(vectors: readonly Point[]): number[] {
  const n = vectors.length
  const cosine = vectors.map((a, i) =>
    vectors.map((b, j) => {
      const dot = a.reduce((sum, value, k) => sum + value * b[k]!, 0)
      return i === j || dot <= 0 ? 0 : dot / (Math.hypot(...a) * Math.hypot(...b))
    }),
  )
  const worst = cosine.map((row) => Math.max(...row))
  const alone = cosine.map(
    (row, i) => 1 - Math.max(...row.map((value, j) => (worst[j]! > worst[i]! ? (value * worst[i]!) / worst[j]! : value))),
  )
  const most = Math.max(...alone)
  if (n < 2 || most <= 0) return alone.map(() => 1)
  return alone.map((value) => {
    const a = value / most
    return a >= 1 ? 1 : a <= 0 ? 0 : Math.min(1, Math.max(0, Math.log(a / (1 - a)) + 0.5))
  })
}
