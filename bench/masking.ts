// node bench/masking.ts: what masks cost a member: seconds of processor time for each mask of 10^8 coordinates on one core, and bytes on the wire. Prints one JSON line for each length.
// `--sizes 1e5,1e6,1e7,1e8`, `--bucket 4`, `--rounds 5`. Quantising is beside it in turns, as the part of a plain round that looks at each coordinate once.
import { randomBytes } from 'node:crypto'
import { parseArgs } from 'node:util'
import { createMaskKey, maskRow, roundKey, sumRows } from '../src/masking/index.ts'
import { createRandom, quantiseUpdate, tensorLayout } from '../src/training/index.ts'
import { median } from './quantile.ts'

const { values: flags } = parseArgs({
  options: {
    sizes: { type: 'string', default: '1e5,1e6,1e7' },
    bucket: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '5' },
  },
})
const bucket = Number(flags.bucket)
const [own, ...others] = Array.from({ length: bucket }, () => createMaskKey(randomBytes(32)))
const of = { domain: { chainId: 1, ledger: `0x${'11'.repeat(20)}` as const }, task: 1n, epoch: 1n }

/** Seconds of processor time. */
function timed(act: () => unknown): number {
  const before = process.cpuUsage()
  act()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1e6
}

for (const size of flags.sizes.split(',').map(Number)) {
  const layout = tensorLayout([{ name: 'w', shape: [size] }])
  const delta = Float32Array.from({ length: layout.paddedLength }, (_, k) => (k < size ? Math.sin(k) * 20 : 0))
  const row = new Int8Array(layout.paddedLength).map((_, k) => (k % 63) - 31)
  const times = { keys: [] as number[], mask: [] as number[], sum: [] as number[], quantise: [] as number[] }
  for (let round = 0; round < Number(flags.rounds); round++) {
    const secrets: Uint8Array[] = []
    times.keys.push(
      timed(() => secrets.push(...others.map(({ publicKey }) => roundKey(own!.pair(publicKey, of), BigInt(round))))),
    )
    const masks = secrets.map((key, k) => ({ key, sign: k % 2 === 0 ? (1 as const) : (-1 as const) }))
    times.mask.push(timed(() => maskRow(row, masks)))
    const masked = maskRow(row, masks.slice(0, 1))
    times.sum.push(timed(() => sumRows(Array.from({ length: bucket }, () => masked))))
    times.quantise.push(timed(() => quantiseUpdate(layout, [{ updateExponent: 0 }], delta, createRandom(1, round))))
  }
  const coordinates = layout.paddedLength
  console.log(
    JSON.stringify({
      coordinates,
      bucket,
      bytesPerCoordinate: maskRow(row, []).length / coordinates,
      secondsForKeys: median(times.keys),
      secondsForMasks: median(times.mask),
      secondsPer1e8CoordinatesAndMask: (median(times.mask) / (bucket - 1) / coordinates) * 1e8,
      secondsForTheSum: median(times.sum),
      masksOverQuantising: median(times.mask) / median(times.quantise),
    }),
  )
}
