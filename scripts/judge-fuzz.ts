/**
 * Soundness and completeness of the judge, in full: random rounds, every kind of proof against each honest claim (all must fail with `NoFault`) and the
 * watcher's proof against a mutated claim of each (all must reject it), built in TypeScript and judged by the contracts in forge. The watcher's proof comes from
 * `findFraud` over a `KnownRound`, as in a node; against honest claims it must find none.
 *
 *     npm run test:judge
 *     node scripts/judge-fuzz.ts --rounds 2000 --from 1000
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { casesOf } from '../test/support/judge/cases.ts'
import { runForge } from './forge.ts'

const BATCH = 50
// Not out/judge: forge keeps artifacts of contracts/judge there, and would build everything again after each batch.
const folder = new URL('../out/judge-cases/', import.meta.url)

function option(name: string, fallback: number): number {
  const at = process.argv.indexOf(name)
  return at < 0 ? fallback : Number(process.argv[at + 1])
}

const [rounds, from] = [option('--rounds', 2_400), option('--from', 1000)]
const kinds = new Map<string, [honest: number, mutated: number]>()
const mutations = new Map<string, number>()
const unproved: string[] = []
const accused: string[] = []
const totals = { rounds, honestProofs: 0, mutatedClaims: 0, honestRefused: 0, mutatedRejected: 0 }

// A filtered `forge test` compiles only what it needs, and the tests deploy artifacts.
const built = runForge(['build', '--quiet'])
if (built.code !== 0) process.exit(built.code)

for (let at = 0; at < rounds; at += BATCH) {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  let file = 0
  for (let seed = from + at; seed < from + Math.min(rounds, at + BATCH); seed++) {
    const { honest, mutated, unproved: missed, accused: wrongly } = await casesOf(seed)
    unproved.push(...missed.map((name) => `${seed} ${name}`))
    if (wrongly) accused.push(`${seed} ${wrongly}`)
    totals.honestProofs += honest.calls
    totals.mutatedClaims += mutated ? 1 : 0
    for (const found of [honest, mutated]) {
      if (!found) continue
      for (const kind of found.kinds) {
        const counts = kinds.get(kind) ?? [0, 0]
        counts[found.fault ? 1 : 0]++
        kinds.set(kind, counts)
      }
      writeFileSync(new URL(`${file++}.bin`, folder), Buffer.from(found.data.slice(2), 'hex'))
    }
    const name = mutated?.name.replace(/^\d+ (.*): \w+$/, '$1')
    if (name) mutations.set(name, (mutations.get(name) ?? 0) + 1)
  }
  const { code, stdout } = runForge(
    ['test', '--match-path', 'test/contracts/FraudJudge.t.sol', '--match-test', 'test_vectors', '-vv'],
    {
      capture: true,
      env: { JUDGE_VECTORS: 'out/judge-cases/', FOUNDRY_GAS_LIMIT: '9000000000000000000' },
    },
  )
  const count = (label: string): number => Number(new RegExp(`${label}: (\\d+)`).exec(stdout)?.[1] ?? 0)
  totals.honestRefused += count('proofs against honest claims refused')
  totals.mutatedRejected += count('mutated claims rejected')
  if (code !== 0) {
    console.error(stdout)
    console.error(`stopped in rounds ${from + at} to ${from + at + BATCH - 1}; their cases are in out/judge-cases/`)
    process.exit(code)
  }
  console.error(`${Math.min(rounds, at + BATCH)} of ${rounds} rounds`)
}
rmSync(folder, { recursive: true, force: true })

const byName = ([a]: [string, unknown], [b]: [string, unknown]): number => a.localeCompare(b)
console.table(Object.fromEntries([...kinds].sort(byName).map(([kind, [honest, mutated]]) => [kind, { honest, mutated }])))
console.table(Object.fromEntries([...mutations].sort(byName)))
for (const line of unproved) console.error(`no proof: ${line}`)
for (const line of accused) console.error(`proof against an honest claim: ${line}`)
console.log(JSON.stringify({ ...totals, unproved: unproved.length, accused: accused.length }))
const held = totals.honestRefused === totals.honestProofs && totals.mutatedRejected === totals.mutatedClaims
if (!held || unproved.length > 0 || accused.length > 0) process.exitCode = 1
