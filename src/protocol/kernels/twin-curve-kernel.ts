import { CURVE_FIELD, CURVE_GENERATOR } from './curve-kernel.ts'
import type { CurveKernel, CurvePoint } from './curve-kernel.ts'

type Point = CurvePoint | undefined

/** The slow, obvious kernel: the addition of affine points (SEC 1, 2.2.1), bit by bit. Tests compare the WASM kernel with it. */
export function twinCurveKernel(): CurveKernel {
  const points = new Map<number, CurvePoint>()
  return {
    makeTable: (place, point) => void points.set(place, point),
    sum: (a, place, b) => add(multiple(CURVE_GENERATOR, a), multiple(points.get(place), b)),
  }
}

function multiple(point: Point, factor: bigint): Point {
  let sum: Point
  for (const bit of factor.toString(2)) {
    sum = add(sum, sum)
    if (bit === '1') sum = add(sum, point)
  }
  return sum
}

function add(a: Point, b: Point): Point {
  if (!a) return b
  if (!b) return a
  if (a.x === b.x && (a.y !== b.y || a.y === 0n)) return undefined
  const slope = a.x === b.x ? over(3n * a.x * a.x, 2n * a.y) : over(b.y - a.y, b.x - a.x)
  const x = modulo(slope * slope - a.x - b.x)
  return { x, y: modulo(slope * (a.x - x) - a.y) }
}

function modulo(value: bigint): bigint {
  return ((value % CURVE_FIELD) + CURVE_FIELD) % CURVE_FIELD
}

/** a / b, by Fermat: 1 / b = b^(p - 2). */
function over(a: bigint, b: bigint): bigint {
  let [result, square] = [modulo(a), modulo(b)]
  for (let power = CURVE_FIELD - 2n; power > 0n; power >>= 1n) {
    if (power & 1n) result = (result * square) % CURVE_FIELD
    square = (square * square) % CURVE_FIELD
  }
  return result
}
