import { copyFile, mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { decodeValue } from '../../../src/storage/journal-codec.ts'
import type { RoundEvent } from '../../../src/protocol/index.ts'
import { honest } from '../world.ts'
import type { World } from '../world.ts'
import type { Checker, Violation } from './checker.ts'

/** What somebody signed about one thing, and the round that it is about. */
interface Statement {
  round: bigint
  about: string
  signer: string
  says: string
}

/** Journals are read from a copy: a running program has its own locked. */
async function readJournal(folder: string): Promise<{ round: bigint; event: RoundEvent }[]> {
  const copy = await mkdtemp(join(tmpdir(), 'quorate-journal-'))
  try {
    for (const name of ['journal.db', 'journal.db-wal']) await copyFile(join(folder, name), join(copy, name)).catch(() => {})
    using database = new DatabaseSync(join(copy, 'journal.db'))
    const rows = database.prepare('SELECT round, payload FROM events').all() as { round: number; payload: string }[]
    return rows.map(({ round, payload }) => ({ round: BigInt(round), event: decodeValue(payload) as RoundEvent }))
  } catch {
    // It was being written, or is gone: the next look has it.
    return []
  } finally {
    await rm(copy, { recursive: true, force: true })
  }
}

function statementOf(round: bigint, event: RoundEvent): Statement | undefined {
  switch (event.type) {
    case 'commitment':
      // A member may force another commitment than it handed in: the row has either.
      return event.source.via === 'signature'
        ? { round, about: 'commitment', signer: event.member, says: event.commitment }
        : undefined
    case 'reveal':
      return { round, about: 'reveal', signer: event.member, says: event.updateRoot }
    case 'attestation':
      return { round, about: `attestation to ${event.commitments}`, signer: event.member, says: event.held.toString(16) }
    default:
      return undefined
  }
}

/** Agreements are kept in a file for each claim. */
async function readAgreements(folder: string, posted: ReadonlyMap<string, bigint>): Promise<Statement[]> {
  const files = await readdir(join(folder, 'agreements')).catch(() => [])
  const all: Statement[] = []
  for (const file of files) {
    try {
      const { claimHash, signatures } = JSON.parse(await readFile(join(folder, 'agreements', file), 'utf8')) as AgreementFile
      const round = posted.get(claimHash)
      if (round !== undefined)
        for (const { member } of signatures) all.push({ round, about: 'agreement', signer: member, says: claimHash })
    } catch {
      // It was being written, or is damaged.
    }
  }
  return all
}

interface AgreementFile {
  claimHash: string
  signatures: { member: string }[]
}

/** No two statements of one signer about one thing differ, in what anybody journalled. */
export function statements(): Checker {
  const rule = 'statements'
  const said = new Map<string, { says: string; heard: string }>()
  /** The round of each claim that was ever posted. */
  const posted = new Map<string, bigint>()
  const collect = async (world: World): Promise<Violation[]> => {
    const violations: Violation[] = []
    for (const { claimHash, round } of world.history.of('posted')) posted.set(claimHash, round)
    for (const { program } of honest(world)) {
      const { dataFolder, name } = program
      const siblings = await readdir(dirname(dataFolder))
      const lost = siblings
        .filter((entry) => entry.startsWith(`${basename(dataFolder)}-lost-`))
        .map((entry) => join(dirname(dataFolder), entry))
      for (const folder of [dataFolder, ...lost]) {
        const journalled = (await readJournal(folder)).flatMap(({ round, event }) => statementOf(round, event) ?? [])
        for (const { round, about, signer, says } of [...journalled, ...(await readAgreements(folder, posted))]) {
          // A number that opened twice was two rounds.
          if (world.history.reopened(round)) continue
          const key = `${round} ${about} ${signer.toLowerCase()}`
          const before = said.get(key)
          if (!before) said.set(key, { says, heard: name })
          else if (before.says !== says)
            violations.push({
              rule,
              key,
              text: `${signer} said two things in round ${round}, ${about}: ${before.says} (heard by ${before.heard}) and ${says} (heard by ${name})`,
            })
        }
      }
    }
    return violations
  }
  let looks = 0
  return {
    rule,
    look: async (world) => (looks++ % 3 === 0 ? collect(world) : []),
    end: collect,
  }
}
