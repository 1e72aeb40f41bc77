/**
 * Measures every kind of proof, and every kind of answer to the court, as a whole transaction (base cost, calldata, execution, rejection and
 * bounty) and writes the tables of docs/gas.md.
 *
 *     node scripts/judge-gas.ts
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { TraceKind } from '../src/aggregation/index.ts'
import {
  buildAttestationProof,
  buildAvailabilityProof,
  buildCertificateProof,
  buildCommitmentProof,
  buildCopyProof,
  buildCountProof,
  buildGramNodeProof,
  buildGramProof,
  buildGramShapeProof,
  buildLedgerProof,
  buildLedgerSlotProof,
  buildLedgerTotalProof,
  buildModelProof,
  buildNormProof,
  buildOwnSegmentProof,
  buildQuarantineProof,
  buildRowProof,
  buildTraceProof,
  buildTraceShapeProof,
  buildTransitionProof,
  buildValueProof,
  buildVerdictProof,
  Part,
  reasonArgOf,
  segmentNorms,
  sumsOf,
} from '../src/judge/index.ts'
import type { ClaimParts, JudgeProof } from '../src/judge/index.ts'
import { fileHash, fromHex, keccak, Reason, Verdict, ZERO_HASH } from '../src/protocol/index.ts'
import type { Hex } from '../src/protocol/index.ts'
import { benchRound } from '../test/support/judge/bench-round.ts'
import { caseFor } from '../test/support/judge/cases.ts'
import type { Case } from '../test/support/judge/cases.ts'
import { runForge } from './forge.ts'

const SIZES = [
  { n: 32, length: 2 ** 20, title: 'n = 32, d = 2^20' },
  { n: 128, length: 2 ** 15, title: 'n = 128, d = 2^15' },
]
const BOUND = 3_000_000
const STEP = 1_500_000
/** Gas that a proof at n = 32 must not exceed. */
const TARGETS: Record<string, number> = {
  transition: 900_000,
  row: 200_000,
  'gram segment': 1_500_000,
  'gram node': 150_000,
  ledger: 150_000,
}

/** A lie of each kind at its dearest place, with the proof against it. */
function* lies(honest: ClaimParts): Generator<[name: string, posted: ClaimParts, proof: (posted: ClaimParts) => JudgeProof]> {
  const n = honest.rows.length
  const last = n - 1
  const chunk = honest.transition.length - 1
  const row = (change: object): ClaimParts => ({ ...honest, rows: honest.rows.with(last, { ...honest.rows[last]!, ...change }) })
  const word = (at: number): ClaimParts => {
    const words = [...honest.transition[chunk]!]
    words.splice(at, 1, keccak(words.at(at)!))
    return { ...honest, transition: honest.transition.with(chunk, words) }
  }
  const sums = (level: number): ClaimParts => {
    const pair = honest.gram.length - 2
    const levels = honest.gram[pair]!.map((sum) => [...sum])
    levels[level]![0]!++
    return { ...honest, gram: honest.gram.with(pair, levels) }
  }
  const pair = honest.gram.length - 2
  yield ['transition', word(-3), (p) => buildTransitionProof(p, chunk)]
  yield ['row', word(0), (p) => buildRowProof(p, chunk, 0)]
  yield ['model', word(-3), (p) => buildModelProof(p, chunk, Part.newModel)]
  yield ['gram segment', sums(0), (p) => buildGramProof(p, pair, 0)]
  yield ['gram node', sums(1), (p) => buildGramNodeProof(p, pair, 1, 0)]
  yield ['gram shape', { ...honest, gram: [...honest.gram, honest.gram[0]!] }, (p) => buildGramShapeProof(p)]
  const own = honest.gram[(n * (n + 1)) / 2 - 1]!
  const long = [...own.slice(0, -1), [2 ** 45]]
  yield ['norm', { ...honest, gram: honest.gram.with((n * (n + 1)) / 2 - 1, long) }, (p) => buildNormProof(p, last)]
  yield ['commitment', row({ weight: 1n }), (p) => buildCommitmentProof(p, last)]
  const out = { verdict: Verdict.quarantined, beta: 0, score: 0n, updateRoot: ZERO_HASH }
  yield ['quarantine', row(out), (p) => buildQuarantineProof(p, last)]
  yield ['verdict', row({ beta: 0 }), (p) => buildVerdictProof(p, last, TraceKind.weights)]
  const unattested = honest.rows.map((one) => ({ ...one, held: 0n, attestationHash: ZERO_HASH }))
  yield ['certificate', { ...honest, rows: unattested }, buildCertificateProof]
  const gone = { verdict: Verdict.unavailable, beta: 0, score: 0n, updateRoot: ZERO_HASH }
  yield ['availability', row(gone), (p) => buildAvailabilityProof(p, last)]
  const forged: Hex = `0x${'11'.repeat(65)}`
  yield ['attestation', row({ attestationHash: fileHash(fromHex(forged)) }), (p) => buildAttestationProof(p, last, forged)]
  const refused = { verdict: Verdict.inadmissible, beta: 0, score: 0n }
  yield ['reason copy', row({ ...refused, reason: Reason.copy, reasonArg: ZERO_HASH }), (p) => buildCopyProof(p, last, 0)]
  yield ['reason value', row({ ...refused, reason: Reason.value, reasonArg: ZERO_HASH }), (p) => buildValueProof(p, last, 0)]
  const ownSums = sumsOf(segmentNorms(honest, last)).map((level) => level.with(0, level[0]! + 2 ** 45))
  const outside = row({ ...refused, reason: Reason.norm, reasonArg: reasonArgOf(ownSums) })
  const norms = new Map([[last, ownSums]])
  yield ['reason norm, segment', { ...outside, norms }, (p) => buildOwnSegmentProof(p, last, 0)]
  const stakes = { ...honest.trace[0]!, words: honest.trace[0]!.words.slice(1) }
  yield ['count', { ...honest, trace: honest.trace.with(0, stakes) }, buildCountProof]
  const { slot } = honest.rows[last]!
  const leaf = { ...honest.ledger.get(slot)!, strikes: 1 }
  yield ['ledger', { ...honest, ledger: new Map(honest.ledger).set(slot, leaf) }, (p) => buildLedgerProof(p, last)]
  yield ['ledger slot', { ...honest, ledger: new Map(honest.ledger).set(999, leaf) }, (p) => buildLedgerSlotProof(p, 999)]
  yield ['ledger total', { ...honest, ledgerTotal: honest.ledgerTotal + 1n }, buildLedgerTotalProof]
  yield ['trace shape', { ...honest, trace: honest.trace.slice(0, -1) }, (p) => buildTraceShapeProof(p, p.trace.length)]
  for (const [name, kind] of Object.entries(TraceKind)) {
    const place = honest.trace.findLastIndex((found) => found.kind === kind)
    const { index, words } = honest.trace[place]!
    // The dearest word is a row's: the last one of products and centres needs no row.
    const at = Math.min(words.length, n) - 1
    const posted = { ...honest, trace: honest.trace.with(place, { kind, index, words: words.with(at, words[at]! + 1n) }) }
    const title = `trace ${kind} ${name}`
    yield [title, posted, (p) => buildTraceProof(p, kind, index, at)]
    const ordered: number[] = [TraceKind.neighbours, TraceKind.firstWeights, TraceKind.rejected, TraceKind.weights]
    if (ordered.includes(kind)) yield [`${title}, with a tie`, posted, (p) => withRows(p, buildTraceProof(p, kind, index, at))]
  }
}

/** The same proof with all rows, as where a tie is broken. */
function withRows({ rows }: ClaimParts, proof: JudgeProof): JudgeProof {
  const [first, spec, trace] = proof.args
  return { ...proof, args: [first, spec, { ...(trace as object), rows }] }
}

/** EIP-7623: what calldata costs at least, 10 gas a zero byte and 40 any other. */
function calldataFloor({ proof }: Measured): number {
  return 21_000 + proof.reduce((sum, byte) => sum + (byte === 0 ? 10 : 40), 0)
}

interface Measured {
  name: string
  found: Case
  proof: Uint8Array
}

/** The figures that a test of forge tells, by name. */
function gasIn(tests: readonly string[], env: Record<string, string> = {}): Map<string, number> {
  const { code, stdout } = runForge(['test', ...tests, '-vv'], { capture: true, env })
  if (code !== 0) {
    console.error(stdout)
    process.exit(code)
  }
  return new Map([...stdout.matchAll(/^ {2}(.+): (\d+)$/gm)].map(([, name, gas]) => [name!, Number(gas)]))
}

/** Units of the answers that test/contracts/V4_CourtBond.t.sol sends. */
const UNITS: Record<string, number> = {
  node: 1,
  row: 1,
  stakes: 2,
  'trace leaf': 2,
  'transition leaf': 2,
  sums: 2,
  chunk: 4,
  '16 rows': 7,
}

/** The dearest answer of each kind: alone and the first that its sender is owed for, and as one of many in a batch. */
function answersTable(): string {
  const contract = ['--match-contract', 'V4_CourtBondTest', '--match-test']
  const alone = gasIn([...contract, 'test_V4_theBondPaysForEveryAnswer'])
  const batched = gasIn([...contract, 'test_M1_noAnswerOfABatchTakesMoreThanItsUnits'])
  const lines = Object.entries(UNITS).map(
    ([name, units]) => `| ${name} | ${units} | ${number(alone.get(name))} | ${number(batched.get(name))} |`,
  )
  return ['| answer | units | alone | in a batch |', '|---|---|---|---|', ...lines].join('\n')
}

function measure(cases: readonly Measured[]): Map<string, number> {
  const folder = new URL('../out/judge-gas/', import.meta.url)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  cases.forEach(({ found }, i) => writeFileSync(new URL(`${i}.bin`, folder), Buffer.from(found.data.slice(2), 'hex')))
  const used = gasIn(['--match-contract', 'FraudJudgeGasTest'], {
    JUDGE_GAS: 'out/judge-gas/',
    FOUNDRY_GAS_LIMIT: '9000000000000000000',
    FOUNDRY_MEMORY_LIMIT: '4294967296',
  })
  const gas = new Map([
    ['(rejection without proof)', used.get('settlement')!],
    ['(the same, nobody was owed anything)', used.get('settlement, nobody was owed anything')!],
  ])
  for (const one of cases) gas.set(one.name, Math.max(used.get(one.found.name) ?? Number.NaN, calldataFloor(one)))
  return gas
}

/** An inner product of the only two rows that were admitted: every other row has to be opened too. */
function* fewAdmitted(n: number, length: number): ReturnType<typeof lies> {
  const few = benchRound(n, length, n - 2)
  const sums = few.gram[1]!.map((level) => [...level])
  sums[0]![0]!++
  yield ['gram segment, two rows admitted', { ...few, gram: few.gram.with(1, sums) }, (p) => buildGramProof(p, 1, 0)]
}

function number(gas: number | undefined): string {
  return gas === undefined ? '–' : gas.toLocaleString('en-US').replaceAll(',', ' ')
}

let longest = { name: '', bytes: 0 }
const columns = SIZES.map(({ n, length }) => {
  const honest = benchRound(n, length)
  const cases: Measured[] = []
  for (const [name, lie, prove] of [...lies(honest), ...fewAdmitted(n, length)]) {
    const found = caseFor({ name, fault: true, posted: lie, proofs: [prove(lie)] })
    cases.push({ name, found, proof: Buffer.from(found.call.slice(2), 'hex') })
  }
  for (const { name, proof } of cases) if (proof.length > longest.bytes) longest = { name, bytes: proof.length }
  return measure(cases)
})

const missed: string[] = []
const lines = [...columns[0]!.keys()].map((name) => {
  const target = TARGETS[name] ?? (name.startsWith('trace ') ? STEP : undefined)
  const [small, large] = columns.map((column) => column.get(name)!)
  if ((target !== undefined && small! > target) || large! > BOUND) missed.push(name)
  return `| ${name} | ${number(small)} | ${number(target)} | ${small === large ? 'the same' : number(large)} |`
})
const table = [`| proof | ${SIZES[0]!.title} | target | ${SIZES[1]!.title} |`, '|---|---|---|---|', ...lines].join('\n')
const path = new URL('../docs/gas.md', import.meta.url)
const answers = answersTable()
const between = (name: string): RegExp => new RegExp(`(<!-- ${name} -->\\n)[\\s\\S]*?(\\n<!-- end -->)`)
const calldata = `The longest calldata is that of *${longest.name}*: ${number(longest.bytes)} bytes.`
const text = readFileSync(path, 'utf8')
  .replace(between('calldata'), (_, open: string, close: string) => open + calldata + close)
  .replace(between('table'), (_, open: string, close: string) => open + table + close)
  .replace(between('answers'), (_, open: string, close: string) => open + answers + close)
writeFileSync(path, text)
console.log(`${table}\n\n${calldata}\n\n${answers}`)
console.log(missed.length === 0 ? 'every figure is within its target' : `above target: ${missed.join('; ')}`)
