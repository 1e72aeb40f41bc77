import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createEngine } from '../../src/engine/index.ts'
import type { Engine } from '../../src/engine/index.ts'
import { encodeManifest, fileHash, toHex, updateFileName, updateRoot } from '../../src/protocol/index.ts'
import type { RoundRecord } from '../../src/protocol/index.ts'
import {
  auditTask,
  DOCUMENT_FILE,
  evidencePath,
  GENESIS_FILE,
  genesisPath,
  genesisState,
  MANIFEST_FILE,
  OPENING_FILE,
  RECORD_FILE,
  SPEC_FILE,
} from '../../src/replay/index.ts'
import type { AuditedRound, AuditOptions, ComputedClaim, ModelState } from '../../src/replay/index.ts'
import { hashOf } from '../unit/aggregation/fixtures.ts'
import { postSmallRound } from '../support/node/post-small-round.ts'
import type { Lies } from '../support/node/post-small-round.ts'
import { smallTask, smallUpdate } from '../support/node/small-task.ts'
import type { SmallTask } from '../support/node/small-task.ts'
import { enrol, openTask, startTestChain } from './chain/harness.ts'
import type { TestChain } from './chain/harness.ts'

const MEMBERS = [2, 3, 4]
const small: SmallTask = smallTask()
let on: TestChain
let engine: Engine
let task: bigint
/** Evidence of two sound rounds, which no test changes. */
let sound: string
let states: ModelState[]
const folders: string[] = []

beforeAll(async () => {
  on = await startTestChain({ mining: 'automine' })
  engine = createEngine()
  await enrol(on, 1, 'operator')
  for (const index of MEMBERS) await enrol(on, index, 'member')
  task = await openTask(on, { spec: small.spec })
  sound = await mkdtemp(join(tmpdir(), 'quorate-audit-'))
  await mkdir(dirname(genesisPath(sound, task)), { recursive: true })
  await writeFile(genesisPath(sound, task), small.genesis)
  states = [genesisState(task, small.spec, small.model)]
  for (const round of [1n, 2n]) states.push((await postRound(sound, round, states.at(-1)!)).state)
})
afterAll(async () => {
  await engine[Symbol.asyncDispose]()
  await rm(sound, { recursive: true })
  await on[Symbol.asyncDispose]()
})
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true })
})

/** What the operator and the members of a round make, posted; with lies, as a liar posts it. */
const postRound = async (folder: string, round: bigint, base: ModelState, lies?: Lies): Promise<ComputedClaim> =>
  postSmallRound({ on, engine, small, task, members: MEMBERS, folder }, { round, base, lies })

/** A folder like the sound one, that may be changed. */
async function copy(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'quorate-audit-'))
  folders.push(folder)
  await cp(sound, folder, { recursive: true })
  return folder
}

async function audit(evidence: string, options: Partial<AuditOptions> = {}): Promise<AuditedRound[]> {
  const { chain, contracts } = on
  return auditTask({ chain, contracts, task, evidence, includePending: true, engine, ...options })
}

/** Undone afterwards. */
async function aside(work: () => Promise<void>): Promise<void> {
  const before = await on.test.snapshot()
  try {
    await work()
  } finally {
    await on.revert(before)
  }
}

describe('an audit', () => {
  it('replays a sound task from genesis, bit for bit', async () => {
    const told: AuditedRound[] = []
    const rounds = await audit(sound, { onRound: (round) => told.push(round) })
    expect(told).toEqual(rounds)
    expect(rounds).toMatchObject([1n, 2n].map((round) => ({ round, final: false, match: true })))
    expect(rounds.map(({ computed }) => computed.state)).toEqual(states.slice(1))
  })

  it('leaves out claims that are not final unless it is asked for them', async () => {
    expect(await audit(sound, { includePending: false })).toEqual([])
    await aside(async () => {
      await on.pass(700)
      expect(await audit(sound, { includePending: false })).toMatchObject([
        { round: 1n, final: true },
        { round: 2n, final: true },
      ])
    })
  })

  it('needs no opening, but takes no other one', async () => {
    const folder = await copy()
    const opening = join(evidencePath(folder, task, 2n), OPENING_FILE)
    const bytes = await readFile(opening)
    bytes[bytes.length - 1]! ^= 1
    await writeFile(opening, bytes)
    await expect(audit(folder)).rejects.toMatchObject({
      code: 'AUDIT_MISMATCH',
      details: { round: '2', file: OPENING_FILE },
    })
    await rm(opening)
    expect(await audit(folder)).toHaveLength(2)
  })

  it('names the file that is missing, and the one that was changed', async () => {
    for (const round of [1n, 2n]) {
      for (const file of await readdir(evidencePath(sound, task, round))) {
        const folder = await copy()
        const path = join(evidencePath(folder, task, round), file)
        const bytes = await readFile(path)
        bytes[Math.floor(bytes.length / 2)]! ^= 4
        await writeFile(path, bytes)
        const details = { round: round.toString(), file }
        await expect(audit(folder)).rejects.toMatchObject({ code: 'AUDIT_MISMATCH', details })
        await rm(path)
        if (file !== OPENING_FILE) await expect(audit(folder)).rejects.toMatchObject({ code: 'EVIDENCE_MISSING', details })
      }
    }
  })

  it('reads plain files only, and ends with a code whatever else is there', async () => {
    const round = evidencePath(sound, task, 1n)
    const update = (await readdir(round)).find((name) => name.endsWith('.q8'))!
    for (const file of [RECORD_FILE, MANIFEST_FILE, update]) {
      const folder = await copy()
      const path = join(evidencePath(folder, task, 1n), file)
      const missing = { code: 'EVIDENCE_MISSING', details: { round: '1', file } }
      await rm(path)
      await mkdir(path)
      await expect(audit(folder)).rejects.toMatchObject(missing)
      await rm(path, { recursive: true })
      // The right bytes, outside of the folder.
      await symlink(join(round, file), path)
      await expect(audit(folder)).rejects.toMatchObject(missing)
      await rm(path)
      await writeFile(path, '')
      await expect(audit(folder)).rejects.toMatchObject({ code: 'AUDIT_MISMATCH', details: { round: '1', file } })
    }
  })

  it('needs the genesis model that the specification names', async () => {
    const folder = await copy()
    const path = genesisPath(folder, task)
    const details = { file: GENESIS_FILE }
    const bytes = await readFile(path)
    bytes[7]! ^= 1
    for (const other of [bytes, bytes.subarray(4), new Uint8Array()]) {
      await writeFile(path, other)
      await expect(audit(folder)).rejects.toMatchObject({ code: 'AUDIT_MISMATCH', details })
    }
    await rm(path)
    await expect(audit(folder)).rejects.toMatchObject({ code: 'EVIDENCE_MISSING', details })
  })

  it('ends before a claim that is not final and whose evidence the node that runs has not fetched yet, if the caller wants that', async () => {
    const folder = await copy()
    await rm(evidencePath(folder, task, 2n), { recursive: true })
    const awaited: bigint[] = []
    const rounds = await audit(folder, { onAwaited: (round) => awaited.push(round) })
    expect(rounds.map(({ round }) => round)).toEqual([1n])
    expect(awaited).toEqual([2n])
    await expect(audit(folder)).rejects.toMatchObject({ code: 'EVIDENCE_MISSING' })
  })

  it('ends when it is told to', async () => {
    const abort = new AbortController()
    const told: bigint[] = []
    const onRound = ({ round }: AuditedRound): void => {
      told.push(round)
      abort.abort()
    }
    await expect(audit(sound, { onRound, signal: abort.signal })).rejects.toMatchObject({ name: 'AbortError' })
    expect(told).toEqual([1n])
  })
})

describe('an audit of a claim that is false', () => {
  const text = (value: string): Uint8Array => new TextEncoder().encode(value)
  const file = (name: string) => ({ code: 'AUDIT_MISMATCH', details: { round: '3', file: name } })

  /** The audit of two sound rounds and a third one with these lies. */
  async function auditWith(lies: Lies, expected: object, prepare?: (folder: string) => Promise<void>): Promise<AuditedRound[]> {
    const folder = await copy()
    const told: AuditedRound[] = []
    await aside(async () => {
      await postRound(folder, 3n, states[2]!, lies)
      await prepare?.(folder)
      await expect(audit(folder, { onRound: (round) => told.push(round) })).rejects.toMatchObject(expected)
    })
    expect(told.slice(0, 2).map(({ match }) => match)).toEqual([true, true])
    return told
  }

  it('says in which fields it differs from its replay', async () => {
    const told = await auditWith(
      { claim: { modelRoot: states[1]!.claim.modelRoot, ledgerTotal: 1n } },
      { code: 'AUDIT_MISMATCH', details: { round: '3', fields: ['modelRoot', 'ledgerTotal'] } },
    )
    expect(told[2]).toMatchObject({ round: 3n, match: false, modelRoot: states[1]!.claim.modelRoot })
  })

  it('says what is false in its record', async () => {
    const lies: [(record: RoundRecord) => RoundRecord, RegExp][] = [
      [
        ({ rows: [one, ...others], ...record }) => ({ ...record, rows: [{ ...one!, commitment: hashOf(1) }, ...others] }),
        /do not hash to the digest/,
      ],
      [
        ({ snapshot, ...record }) => ({ ...record, snapshot: { ...snapshot, totalStake: 1n } }),
        /time or total of its stake snapshot/,
      ],
      [({ seal, ...record }) => ({ ...record, seal: { ...seal, operatorKey: record.rows[0]!.member } }), /seal differs/],
      [({ base: _base, ...record }) => ({ ...record, base: states[1]!.claimHash }), /builds on another claim/],
      [
        ({ attestations: [one, ...others], ...record }) => ({
          ...record,
          attestations: [{ ...one!, signature: others[0]!.signature }, ...others],
        }),
        /attestation of .* is not signed/,
      ],
    ]
    for (const [record, fault] of lies) {
      const faults: unknown = expect.arrayContaining([expect.stringMatching(fault)])
      await auditWith({ record }, { code: 'AUDIT_MISMATCH', details: { round: '3', file: RECORD_FILE, faults } })
    }
  })

  it('misses an update that counts and that the evidence does not name', async () => {
    const root = toHex(updateRoot(smallUpdate(33)))
    await auditWith({ without: root }, file(updateFileName(root)))
  })

  it('names the file that cannot be read, or that is another one than the chain knows', async () => {
    const other = (name: string, bytes: string): Lies => ({ files: (files) => void files.set(name, text(bytes)) })
    const without = (name: string): Lies => ({ files: (files) => void files.delete(name) })
    for (const name of [RECORD_FILE, SPEC_FILE, DOCUMENT_FILE]) {
      await auditWith(other(name, ''), file(name))
      await auditWith(other(name, '{}'), file(name))
      await auditWith(without(name), file(name))
    }
    const spaced: Lies = {
      files: (files) => void files.set(RECORD_FILE, text(` ${new TextDecoder().decode(files.get(RECORD_FILE))}`)),
    }
    await auditWith(spaced, file(RECORD_FILE))
    // A true record of another round.
    const earlier = text(await readFile(join(evidencePath(sound, task, 2n), RECORD_FILE), 'utf8'))
    await auditWith({ files: (files) => void files.set(RECORD_FILE, earlier) }, file(RECORD_FILE))
  })

  it('is refused when what it commits to is no manifest', async () => {
    const long = `{"files":{${' '.repeat(70_000)}}}`
    for (const manifest of [
      '',
      '{}',
      'null',
      '7',
      'not JSON',
      '['.repeat(100_000),
      long,
      '{"files":{"record.json":7}}',
      encodeManifest({ '../2/record.json': fileHash(text('')) }),
    ]) {
      const put = async (folder: string): Promise<void> =>
        writeFile(join(evidencePath(folder, task, 3n), MANIFEST_FILE), manifest)
      await auditWith({ claim: { evidence: fileHash(text(manifest)) } }, file(MANIFEST_FILE), put)
    }
  })
})
