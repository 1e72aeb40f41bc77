/**
 * Writes test/vectors/judge.json: calls of the FraudJudge against honest and mutated claims of random rounds, as the TypeScript builders make
 * them, with what the contract must answer. forge replays them on the real ledger (test/contracts/FraudJudge.t.sol); scripts/judge-fuzz.ts does
 * the same for thousands of rounds.
 *
 *     node scripts/judge-vectors.ts [--check]
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { casesOf } from '../test/support/judge/cases.ts'
import type { Case } from '../test/support/judge/cases.ts'
import { FIELD_LIES } from '../test/support/judge/field-lies/index.ts'
import { MUTATIONS } from '../test/support/judge/mutations.ts'

/** Larger calls are left to the fuzz, so that the file stays small. */
const LIMIT = 24_000

const cases: Case[] = []
const unproved: string[] = []
const kept = new Set<string>()
const keep = (found: Case | undefined): boolean => {
  if (!found || found.data.length >= LIMIT) return false
  cases.push(found)
  return true
}
for (let seed = 0; seed < Object.keys(MUTATIONS).length; seed++) {
  const { lies, honest } = await casesOf(seed, { single: true, life: seed % 4 === 3 })
  for (const { name, proof, case: found } of lies) {
    if (!proof) unproved.push(`seed ${seed}: ${name}`)
    if (!kept.has(name) && keep(found)) kept.add(name)
  }
  keep(honest)
}

// A lie whose turn came in rounds that it changes nothing in gets a round of its own. Proofs about inner products need whole segments, which
// are left to the fuzz.
for (const table of [MUTATIONS, FIELD_LIES]) {
  for (const [name, lie] of Object.entries(table).filter(([key]) => !key.includes('gram'))) {
    for (let seed = 1000; seed < 1100 && !kept.has(name); seed++) {
      const { lies } = await casesOf(seed, { single: true, life: seed % 2 === 1, tables: [{ [name]: lie }] })
      if (keep(lies[0]?.case)) kept.add(name)
    }
    if (!kept.has(name)) console.error(`no small case of ${name}`)
  }
}

const path = new URL('../test/vectors/judge.json', import.meta.url)
const names = cases.map(({ name }) => name)
const text = `${JSON.stringify({ names, cases: cases.map(({ data }) => data) }, null, 1)}\n`
if (!process.argv.includes('--check')) writeFileSync(path, text)
else if (!existsSync(path) || readFileSync(path, 'utf8') !== text) {
  console.error('test/vectors/judge.json is stale: run `node scripts/judge-vectors.ts`')
  process.exitCode = 1
}
for (const line of unproved) console.error(`no proof: ${line}`)
if (unproved.length > 0) process.exitCode = 1
