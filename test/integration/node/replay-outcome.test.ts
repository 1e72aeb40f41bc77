import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { ERRORS, QuorateError } from '../../../src/core/index.ts'
import type { ErrorCode } from '../../../src/core/index.ts'
import { OwnTrouble, patientReports, replayClaim } from '../../../src/node/index.ts'
import type { ClaimReports, ReplayPorts } from '../../../src/node/index.ts'
import { nodeFolder } from '../../support/node/replay-ports.ts'
import type { NodeFolder } from '../../support/node/replay-ports.ts'
import { roundChain, serve, stateOf } from '../../support/node/round-chain.ts'
import type { MadeRound, RoundChain } from '../../support/node/round-chain.ts'

let made: RoundChain
let round: MadeRound
beforeAll(async () => {
  made = await roundChain(1)
  round = made.rounds[0]!
})

const opened: NodeFolder[] = []
afterEach(async () => {
  for (const node of opened.splice(0)) await node[Symbol.asyncDispose]()
})

async function node(): Promise<NodeFolder> {
  const one = await nodeFolder(made.task, made.facts)
  opened.push(one)
  serve(one.peers, round)
  return one
}

const { signal } = new AbortController()
const replay = async (ports: ReplayPorts, stop = signal) => replayClaim(ports, 1n, round.posted, made.genesis, stop)

/** Ports of which a part fails. */
const failing = (ports: ReplayPorts, supply: Partial<ReplayPorts['supply']>): ReplayPorts => ({
  ...ports,
  supply: {
    fetchUpdate: async (...asked) => ports.supply.fetchUpdate(...asked),
    fetchDocument: async (...asked) => ports.supply.fetchDocument(...asked),
    ...supply,
  },
})

describe('the outcome of a replay', () => {
  it('is that the evidence is missing, whatever error the supply throws', async () => {
    const { ports } = await node()
    const errors: unknown[] = [
      ...(Object.keys(ERRORS) as ErrorCode[]).map((code) => new QuorateError(code, 'says a peer')),
      new TypeError('no such property'),
      new DOMException('aborted', 'AbortError'),
      undefined,
    ]
    const broken = { fetchUpdate: async () => {}, fetchDocument: async () => 7 as never }
    for (const error of errors) {
      const reject = async (): Promise<never> => Promise.reject(error)
      for (const supply of [{ fetchDocument: reject }, { fetchUpdate: reject }]) {
        const outcome = await replay(failing(ports, supply))
        await forget(ports)
        expect(outcome, String(error)).toMatchObject({ kind: 'missing', error: { code: 'EVIDENCE_MISSING' } })
      }
    }
    for (const [name, wrong] of Object.entries(broken)) {
      expect(await replay(failing(ports, { [name]: wrong })), name).toMatchObject({ kind: 'missing' })
      await forget(ports)
    }
  })

  it('is that the evidence is missing when it does not come in time', async () => {
    const { ports } = await node()
    const never = async (_: unknown, { signal: given }: { signal: AbortSignal }): Promise<never> =>
      new Promise((_resolve, reject) => {
        const end = (): void => reject(given.reason as Error)
        if (given.aborted) end()
        else given.addEventListener('abort', end)
      })
    for (const supply of [{ fetchDocument: never }, { fetchUpdate: never }]) {
      expect(await replay(failing(ports, { ...supply, patience: () => 1 }))).toMatchObject({ kind: 'missing' })
      await forget(ports)
    }
  })

  it('is missing, too, when the computation breaks over the data', async () => {
    const { ports } = await node()
    const compute = async (): Promise<never> => Promise.reject(new TypeError('no such property'))
    expect(await replay({ ...ports, compute })).toMatchObject({ kind: 'missing' })
  })

  it('does not exist when this node has trouble: its disk, its chain, its stop', async () => {
    const { ports, peers } = await node()
    const full = async (): Promise<never> => Promise.reject(new QuorateError('STORAGE_FULL', 'full'))
    const away = async (): Promise<never> => Promise.reject(new QuorateError('RPC_UNREACHABLE', 'away'))
    const { documents, updates, states } = ports.stores
    const store = (of: object, part: object): never => Object.assign(Object.create(of) as object, part) as never
    const stores: Partial<ReplayPorts['stores']>[] = [
      { documents: { ...bound(documents), get: full } },
      { documents: { ...bound(documents), put: full } },
      { updates: { ...bound(updates), has: full } },
      { states: store(states, { save: full }) },
    ]
    for (const part of stores) {
      const broken = { ...ports, stores: { ...ports.stores, ...part } }
      await expect(replay(broken)).rejects.toMatchObject({ code: 'STORAGE_FULL' })
      await expect(replay(broken)).rejects.toBeInstanceOf(OwnTrouble)
    }
    await expect(replay({ ...ports, factsOf: away })).rejects.toMatchObject({ code: 'RPC_UNREACHABLE' })
    await expect(replay({ ...ports, compute: full })).rejects.toMatchObject({ code: 'STORAGE_FULL' })
    peers.documents.clear()
    const other = await node()
    other.peers.documents.clear()
    await expect(replay(other.ports, AbortSignal.abort())).rejects.toMatchObject({ code: 'CANCELLED' })
  })

  it('is a match without any peer that serves the record, if this node saw the record that the claim commits to', async () => {
    const { ports, peers } = await node()
    peers.documents.clear()
    expect(await replay(ports)).toMatchObject({ kind: 'missing' })
    const seen = stateOf(round, made.genesis)
    const outcome = await replayClaim(ports, 1n, round.posted, made.genesis, signal, seen)
    expect(outcome).toMatchObject({ kind: 'have', value: { claimHash: round.posted.claimHash } })
    expect(ports.stores.states.head(round.posted.claimHash)).toBeDefined()
  })

  it('takes a record that was damaged on disk from peers again', async () => {
    const { ports } = await node()
    const { documents } = ports.stores
    const bytes = round.computed.files.documents.get('record.json')!
    const hash = await documents.add(bytes)
    await documents.delete(hash)
    await documents.put(hash, bytes.with(20, bytes[20]! ^ 1), { verify: false })
    expect(await replay(ports)).toMatchObject({ kind: 'have' })
    expect(await documents.get(hash)).toEqual(bytes)
  })
})

/** Takes away what the node fetched. */
async function forget({ stores: { documents, updates } }: ReplayPorts): Promise<void> {
  for (const store of [documents, updates]) for (const hash of await store.list()) await store.delete(hash)
}

/** The methods of a store as plain functions, so that one can be replaced. */
function bound<T extends object>(store: T): T {
  const methods = Object.getOwnPropertyNames(Object.getPrototypeOf(store)).filter((name) => name !== 'constructor')
  return Object.fromEntries(
    methods.map((name) => [name, (store[name as keyof T] as (...args: unknown[]) => unknown).bind(store)]),
  ) as T
}

it('missing evidence is reported at the third try, and then seldom', () => {
  const told: string[] = []
  const reports: ClaimReports = {
    matched: () => told.push('matched'),
    mismatched: () => told.push('mismatched'),
    unavailable: () => told.push('unavailable'),
  }
  const patient = patientReports(reports)
  const reported = Array.from({ length: 24 }, () => {
    const before = told.length
    patient.unavailable(round.posted)
    return told.length > before
  })
  expect(reported.flatMap((one, i) => (one ? [i + 1] : []))).toEqual([3, 6, 12, 24])
  patient.matched(round.posted, round.computed)
  patient.mismatched(round.posted, 'false')
  expect(told.slice(-2)).toEqual(['matched', 'mismatched'])
  patient.unavailable(round.posted)
  expect(told.at(-1)).toBe('mismatched')
})
