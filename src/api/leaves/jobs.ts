import { readFile } from 'node:fs/promises'
import { similarity } from '../../aggregation/index.ts'
import { toJson } from '../../console/index.ts'
import { openedLeaves, sumLevels } from '../../judge/index.ts'
import { decodeSpec, toHex, ZERO_HASH } from '../../protocol/index.ts'
import type { Claim, Hash } from '../../protocol/index.ts'

/** The roots that the leaves of a claim must have. */
export type LeafRoots = Pick<Claim, 'membersRoot' | 'gramRoot' | 'traceRoot' | 'ledgerRoot'>

/** The numbers of a rule, as a file keeps them. Whole numbers are decimal strings. */
interface LeavesFile {
  gram: { hash: Hash; product: string }[]
  trace: { kind: number; index: number; words: string[] }[]
  /** Of rows that are inadmissible for their norm, by row. */
  norms: Record<string, { leftHash: Hash; leftSum: string; rightHash: Hash; rightSum: string }>
}

/** What the thread of the API does, one job after the other: work that takes milliseconds or more. */
export interface LeafJobs {
  /** Takes an opening apart. The two texts are what files keep. @throws QuorateError OPENING_MALFORMED, OPENING_MISMATCH */
  open: { in: { file: string; spec: string; roots: LeafRoots }; out: { outcome: string; leaves: string } }
  /** The fields `gram`, `trace` and `norm` of the answer `why`, as JSON without its braces. @param row of the member */
  why: { in: { file: string; row: number | null }; out: string }
  /** The fields `products`, `cosines` and `norms` of the answer `gram`, as JSON without its braces. */
  gram: { in: { file: string }; out: string }
}

type Job = { [K in keyof LeafJobs]: { kind: K; input: LeafJobs[K]['in'] } }[keyof LeafJobs]

export async function doLeafJob(job: Job): Promise<unknown> {
  switch (job.kind) {
    case 'open':
      return open(job.input)
    case 'why': {
      const { gram, trace, norms } = await readLeaves(job.input.file)
      return inner({ gram, trace, norm: (job.input.row === null ? undefined : norms[job.input.row]) ?? null })
    }
    case 'gram':
      return inner(similarity((await readLeaves(job.input.file)).gram.map(({ product }) => BigInt(product))))
  }
}

async function open({ file, spec, roots }: LeafJobs['open']['in']): Promise<LeafJobs['open']['out']> {
  const { rows, norms, gram, trace, ledger } = openedLeaves(new Uint8Array(await readFile(file)), decodeSpec(spec), roots)
  const tops = gram.map((sums) => sumLevels(sums).at(-1)![0]!)
  return {
    outcome: toJson({ rows, ledger: [...ledger].map(([slot, leaf]) => ({ slot, leaf })) }),
    leaves: toJson({
      gram: tops.map(({ hash, sum }) => ({ hash: toHex(hash), product: String(sum) })),
      trace: trace.map(({ kind, index, words }) => ({ kind, index, words })),
      norms: Object.fromEntries(
        [...norms].map(([row, sums]) => {
          const { hash, sum } = sumLevels(sums).at(-1)![0]!
          return [row, { leftHash: toHex(hash), leftSum: String(sum), rightHash: ZERO_HASH, rightSum: '0' }]
        }),
      ),
    }),
  }
}

async function readLeaves(file: string): Promise<LeavesFile> {
  return JSON.parse(await readFile(file, 'utf8')) as LeavesFile
}

function inner(value: object): string {
  return JSON.stringify(value).slice(1, -1)
}
