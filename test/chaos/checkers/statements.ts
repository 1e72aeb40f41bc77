import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { lowerHex } from '../../../src/protocol/index.ts'
import { LogReader } from '../log-reader.ts'
import type { Signed } from '../preload/record-voice.ts'
import type { Program } from '../program.ts'
import { honest } from '../world.ts'
import type { World } from '../world.ts'
import type { Checker, Violation } from './checker.ts'

/** What a statement is about, and what it says of it; undefined for statements that bind nobody. */
function contentOf({ kind, body }: Signed): { about: string; says: string } | undefined {
  switch (kind) {
    case 'Commitment':
      return { about: 'its commitment', says: body['commitment']! }
    case 'Receipt':
      return { about: `the receipt of ${body['member']}`, says: body['commitment']! }
    case 'Reveal':
      return { about: 'its update', says: `${body['updateRoot']} ${body['salt']}` }
    case 'Attestation':
      return { about: `rows of ${body['commitments']}`, says: body['held']! }
    case 'Agreement':
      return { about: 'the claim', says: body['claim']! }
    default:
      return undefined
  }
}

/**
 * No two statements of one signer about one thing differ, and nobody honest agrees to a false claim. Each program writes down what it signs. A commitment that nobody took before its
 * signer lost its journal is none: not even the signer can know of it, and it binds nobody.
 */
export function statements(): Checker {
  const rule = 'statements'
  const said = new Map<string, string>()
  const reader = new LogReader()
  const collect = async (world: World): Promise<Violation[]> => {
    const violations: Violation[] = []
    const lies = falseHashes(world)
    for (const { program } of honest(world)) {
      for (const line of await reader.read(program.saidFile)) {
        const signed = JSON.parse(line) as Signed
        const content = contentOf(signed)
        const round = BigInt(signed.body['round']!)
        if (!content) continue
        if (signed.kind === 'Agreement' && lies.has(content.says))
          violations.push({
            rule,
            key: `${program.name} ${round}`,
            text: `${program.name} agreed to the false claim of round ${round}`,
          })
        // A number that opened twice was two rounds, and a claim that was posted again may be another.
        if (world.history.reopened(round) || (signed.kind === 'Agreement' && world.history.reposted(round))) continue
        const key = `${round} ${signed.kind} ${program.name} ${content.about}`
        const before = said.get(key)
        if (before === undefined) said.set(key, content.says)
        else if (before !== content.says && (signed.kind !== 'Commitment' || (await isHeard(world, program, before))))
          violations.push({
            rule,
            key,
            text: `${program.name} signed two things of ${content.about} in round ${round}: ${before} and ${content.says}`,
          })
      }
    }
    return violations
  }
  return { rule, look: collect, end: collect }
}

/** Whether the journal of another program has the commitment, or one that was taken away from it. */
async function isHeard({ consortium }: World, signer: Program, commitment: string): Promise<boolean> {
  const wanted = Buffer.from(commitment.slice(2).toLowerCase())
  for (const { program } of consortium.parties.values()) {
    if (program === signer) continue
    const own = dirname(program.dataFolder)
    const states = (await readdir(own).catch(() => [])).filter((name) => name.startsWith('state'))
    for (const state of states)
      for (const file of ['journal.db', 'journal.db-wal']) {
        const bytes = await readFile(join(own, state, file)).catch(() => Buffer.alloc(0))
        if (bytes.includes(wanted)) return true
      }
  }
  return false
}

/** The claims that operators who lie have posted. */
function falseHashes({ history, consortium }: World): Set<string> {
  const liars = new Set([...consortium.parties.values()].filter((party) => !party.honest).map(({ owner }) => owner))
  return new Set(history.of('posted').flatMap(({ operator, claimHash }) => (liars.has(lowerHex(operator)) ? [claimHash] : [])))
}
