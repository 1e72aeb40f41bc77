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
import { MUTATIONS } from '../test/support/judge/mutations.ts'

/** Larger calls are left to the fuzz, so that the file stays small. */
const LIMIT = 24_000

const cases: Case[] = []
const unproved: string[] = []
for (let seed = 0; seed < Object.keys(MUTATIONS).length; seed++) {
  const round = await casesOf(seed, true)
  unproved.push(...round.unproved.map((name) => `seed ${seed}: ${name}`))
  for (const found of [round.mutated, round.honest]) if (found && found.data.length < LIMIT) cases.push(found)
}

// A mutation whose turn came in a round that it changes nothing in gets one of its own.
const count = cases.length
for (const name of Object.keys(MUTATIONS)) {
  if (cases.slice(0, count).some((found) => found.name.includes(` ${name}: `))) continue
  for (let seed = 1000; seed < 1100; seed++) {
    const { mutated } = await casesOf(seed, true, [name])
    if (!mutated || mutated.data.length >= LIMIT) continue
    cases.push(mutated)
    break
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
