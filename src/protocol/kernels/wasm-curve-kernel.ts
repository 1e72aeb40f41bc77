import { CURVE_TABLES, CURVE_FIELD, CURVE_GENERATOR } from './curve-kernel.ts'
import type { CurveKernel, CurvePoint } from './curve-kernel.ts'
import { CURVE_WASM } from './curve-wasm.ts'

interface Exports {
  memory: WebAssembly.Memory
  makeTable(table: number, point: number): void
  sumOfMultiples(out: number, tableA: number, a: number, tableB: number, b: number): void
}

// Linear memory (130 pages): the kernel's own state below 64 KiB, what goes in and out, tables.
const INPUT = 65_536
const OUTPUT = INPUT + 256
const TABLES = INPUT + 1024
/** 52 digits, 16 multiples of each, two numbers of 36 bytes; and one multiple more, which making the table needs. */
const TABLE_BYTES = (52 * 16 + 1) * 72
const LIMBS = 9
const LIMB_BITS = 29n

/** The WASM kernel (`assembly/curve.ts`) with 8.5 MB of its own memory, of which only the tables that were made are ever touched. */
export function wasmCurveKernel(): CurveKernel {
  const module = new WebAssembly.Module(Uint8Array.from(atob(CURVE_WASM), (char) => char.charCodeAt(0)))
  const abort = (): never => {
    throw new Error('the curve kernel aborted')
  }
  const wasm = new WebAssembly.Instance(module, { env: { abort } }).exports as unknown as Exports
  const { buffer } = wasm.memory
  const limbs = new Uint32Array(buffer)
  const words = new BigUint64Array(buffer)

  function writeNumber(at: number, value: bigint): void {
    for (let i = 0; i < LIMBS; i++) limbs[at / 4 + i] = Number(BigInt.asUintN(29, value >> (LIMB_BITS * BigInt(i))))
  }

  function readNumber(at: number): bigint {
    let value = 0n
    for (let i = LIMBS - 1; i >= 0; i--) value = (value << LIMB_BITS) + BigInt(limbs[at / 4 + i]!)
    return value % CURVE_FIELD
  }

  function writeMultiplier(at: number, value: bigint): void {
    for (let i = 0; i < 4; i++) words[at / 8 + i] = BigInt.asUintN(64, value >> BigInt(64 * i))
  }

  /** @param table 0 is that of the generator */
  function make(table: number, { x, y }: CurvePoint): void {
    writeNumber(INPUT, x)
    writeNumber(INPUT + 36, y)
    wasm.makeTable(TABLES + table * TABLE_BYTES, INPUT)
  }

  make(0, CURVE_GENERATOR)
  return {
    makeTable(place, point) {
      if (!(place >= 0 && place < CURVE_TABLES)) throw new RangeError(`there is no table ${place}`)
      make(place + 1, point)
    },
    sum(a, place, b) {
      writeMultiplier(INPUT, a)
      writeMultiplier(INPUT + 32, b)
      wasm.sumOfMultiples(OUTPUT, TABLES, INPUT, TABLES + (place + 1) * TABLE_BYTES, INPUT + 32)
      const [x, y] = [readNumber(OUTPUT), readNumber(OUTPUT + 36)]
      // No point of the curve has y = 0: its order is odd.
      return y === 0n ? undefined : { x, y }
    },
  }
}
