/**
 * Writes test/vectors/judge.json: calls of the FraudJudge against honest and mutated claims of random rounds, as the TypeScript builders make
 * them, with what the contract must answer. forge replays them on the real ledger (test/contracts/FraudJudge.t.sol).
 *
 *     node scripts/judge-vectors.ts [--check]
 *     node scripts/judge-vectors.ts --rounds 2000 --from 1000     out/judge/*.json for a full run: `JUDGE_VECTORS=out/judge/`
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { encodeAbiParameters, encodeFunctionData, keccak256, stringToBytes } from 'viem'
import type { Abi, Hex } from 'viem'
import { privateKeyToAddress } from 'viem/accounts'
import { fraudJudgeAbi } from '../src/chain/abi/fraudJudge.ts'
import { findFraud, sealParts, withRecipient } from '../src/judge/index.ts'
import type { ClaimParts, JudgeProof } from '../src/judge/index.ts'
import { everyProof } from '../test/support/judge/every-proof.ts'
import { mutate, MUTATIONS } from '../test/support/judge/mutations.ts'
import { randomOf, randomRound } from '../test/support/judge/random-round.ts'

const CLAIM = fraudJudgeAbi
  .find((entry) => entry.type === 'function' && entry.name === 'proveMissingRow')!
  .inputs[0].components.find((component) => component.name === 'claim')!

/** `makeAddr("watcher")` of the fixture. */
const WATCHER = privateKeyToAddress(keccak256(stringToBytes('watcher')))

interface Case {
  name: string
  fault: boolean
  data: Hex
}

/** What the forge test decodes. */
function encodeCase(name: string, fault: boolean, posted: ClaimParts, proof: JudgeProof): Case {
  const abi: Abi = fraudJudgeAbi
  const call = encodeFunctionData({ abi, ...withRecipient(proof, WATCHER) })
  const types = [
    { type: 'string' },
    { type: 'bool' },
    { type: 'bytes32' },
    { ...CLAIM, name: 'parent' },
    { ...CLAIM, name: 'claim' },
    { type: 'bytes' },
  ]
  const parent = posted.parent.claim
  const specHash = randomSpecHash(posted)
  return {
    name,
    fault,
    data: encodeAbiParameters(types, [name, fault, specHash, parent, sealParts(posted), call] as never),
  }
}

const specHashes = new WeakMap<object, Hex>()
function randomSpecHash(posted: ClaimParts): Hex {
  return specHashes.get(posted.spec)!
}

let unprovable = 0

/** One mutated claim and one honest claim of a round. */
function casesOf(seed: number): Case[] {
  const { genesis, honest } = randomRound(seed)
  specHashes.set(honest.spec, genesis.parent)
  const random = randomOf(seed ^ 0x5eed)
  const cases: Case[] = []
  const names = Object.keys(MUTATIONS)
  for (let turn = 0; turn < names.length; turn++) {
    const name = names[(seed + turn) % names.length]!
    const posted = mutate(honest, name, random)
    if (!posted) continue
    const proof = findFraud(posted, honest)
    if (!proof) {
      unprovable++
      console.error(`seed ${seed}: no proof against "${name}"`)
      continue
    }
    cases.push(encodeCase(`${seed} ${name}: ${proof.functionName}`, true, posted, proof))
    break
  }
  const proofs = everyProof(honest, random)
  if (proofs.length > 0) {
    const proof = proofs[seed % proofs.length]!
    cases.push(encodeCase(`${seed} honest: ${proof.functionName}`, false, honest, proof))
  }
  return cases
}

const text = (cases: Case[]): string =>
  `${JSON.stringify({ names: cases.map(({ name }) => name), cases: cases.map(({ data }) => data) }, null, 1)}\n`

function option(name: string, fallback: number): number {
  const at = process.argv.indexOf(name)
  return at < 0 ? fallback : Number(process.argv[at + 1])
}

if (process.argv.includes('--rounds')) {
  const [rounds, from] = [option('--rounds', 0), option('--from', 1000)]
  mkdirSync(new URL('../out/judge/', import.meta.url), { recursive: true })
  let [file, faults, honest] = [0, 0, 0]
  for (let at = 0; at < rounds; at += 50, file++) {
    const cases = Array.from({ length: Math.min(50, rounds - at) }, (_, k) => casesOf(from + at + k)).flat()
    faults += cases.filter(({ fault }) => fault).length
    honest += cases.filter(({ fault }) => !fault).length
    writeFileSync(new URL(`../out/judge/${file}.json`, import.meta.url), text(cases))
  }
  console.log(JSON.stringify({ files: file, rounds, faults, honest, unprovable }))
} else {
  const path = new URL('../test/vectors/judge.json', import.meta.url)
  const now = text(Array.from({ length: Object.keys(MUTATIONS).length }, (_, seed) => casesOf(seed)).flat())
  if (!process.argv.includes('--check')) writeFileSync(path, now)
  else if (!existsSync(path) || readFileSync(path, 'utf8') !== now) {
    console.error('test/vectors/judge.json is stale: run `node scripts/judge-vectors.ts`')
    process.exitCode = 1
  }
  if (unprovable > 0) process.exitCode = 1
}
