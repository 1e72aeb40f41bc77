import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { QuorateError, silentLogger } from '../../../src/core/index.ts'
import { catchUp, CatchUpLoop, StateStore } from '../../../src/node/index.ts'
import type { CatchUpOptions, ClaimReports } from '../../../src/node/index.ts'
import { claimHash, fileHash } from '../../../src/protocol/index.ts'
import type { Claim, Hash } from '../../../src/protocol/index.ts'
import type { PostedRound } from '../../../src/replay/index.ts'
import { manifestBytes, roundChain, serve } from '../../support/node/round-chain.ts'
import type { MadeRound, RoundChain } from '../../support/node/round-chain.ts'
import { nodeFolder, TASK } from '../../support/node/replay-ports.ts'
import type { NodeFolder } from '../../support/node/replay-ports.ts'

let made: RoundChain
let rounds: [MadeRound, MadeRound, MadeRound]
beforeAll(async () => {
  made = await roundChain(3)
  rounds = made.rounds as typeof rounds
})

const opened: NodeFolder[] = []
afterEach(async () => {
  for (const node of opened.splice(0)) await node[Symbol.asyncDispose]()
})

type Told = [kind: keyof ClaimReports, round: bigint]

interface Joiner extends NodeFolder {
  options: CatchUpOptions
  told: Told[]
  heard: (kind: keyof ClaimReports, round: bigint) => Promise<void>
  final: Set<bigint>
  claims: PostedRound[]
}

/** A node that knows nothing but the claims on chain. */
async function joiner(): Promise<Joiner> {
  const node = await nodeFolder(made.task, made.facts)
  opened.push(node)
  await node.stores.states.save(made.genesis)
  const told: Told[] = []
  const waiting: [Told, () => void][] = []
  const tell = (...one: Told): void => {
    told.push(one)
    for (const [[kind, round], resolve] of waiting) if (kind === one[0] && round === one[1]) resolve()
  }
  const final = new Set<bigint>()
  const claims = rounds.map(({ posted }) => posted)
  const options: CatchUpOptions = {
    ports: node.ports,
    history: { claims: () => claims },
    genesis: made.genesis,
    reports: {
      matched: ({ round }) => tell('matched', round),
      mismatched: ({ round }) => tell('mismatched', round),
      unavailable: ({ round }) => tell('unavailable', round),
    },
    isFinal: async ({ round }) => final.has(round),
    pauseMs: 1,
  }
  const heard = async (kind: keyof ClaimReports, round: bigint): Promise<void> =>
    new Promise((resolve) => waiting.push([[kind, round], resolve]))
  return { ...node, options, told, heard, final, claims }
}

const { signal } = new AbortController()
const headOf = ({ stores }: NodeFolder, { posted }: MadeRound): unknown => stores.states.head(posted.claimHash)

/** The claim with something else in it, as a liar posts it. */
function lie(posted: PostedRound, changes: Partial<Claim>): PostedRound {
  const claim = { ...posted.claim, ...changes }
  return { ...posted, claim, claimHash: claimHash(TASK, posted.round, claim) }
}

describe('catching up', () => {
  it('brings a late joiner to the newest claim, bit for bit, from what peers serve', async () => {
    const node = await joiner()
    serve(node.peers, ...rounds)
    expect(await catchUp(node.options, signal)).toEqual({ complete: true })
    expect(node.told).toEqual([1n, 2n, 3n].map((round) => ['matched', round]))
    const state = await node.stores.states.load(rounds[2].posted.claimHash)
    expect(state).toEqual(rounds[2].computed.state)
    // There is nothing left to catch up with.
    const asked = node.peers.asked.length
    expect(await catchUp(node.options, signal)).toEqual({ complete: true })
    expect([node.told.length, node.peers.asked.length]).toEqual([3, asked])
  })

  it('needs nobody for what it has evidence of itself', async () => {
    const node = await joiner()
    serve(node.peers, ...rounds)
    await catchUp(node.options, signal)
    const asked = node.peers.asked.length
    const states = await StateStore.open(join(node.folder, 'other states'))
    await states.save(made.genesis)
    const ports = { ...node.ports, stores: { ...node.stores, states } }
    expect(await catchUp({ ...node.options, ports }, signal)).toEqual({ complete: true })
    expect(node.peers.asked.length).toBe(asked)
    expect(states.head(rounds[2].posted.claimHash)).toBeDefined()
  })

  it('begins further back when a state was changed on disk, and believes none of it', async () => {
    const node = await joiner()
    serve(node.peers, ...rounds)
    await catchUp(node.options, signal)
    for (const { posted, computed } of rounds.slice(1)) {
      const bytes = new Uint8Array(computed.state.model.length * 4).fill(1)
      await writeFile(join(node.folder, 'states', posted.claimHash, 'model.i32'), bytes)
    }
    // As after a restart: nothing is in memory.
    const states = await StateStore.open(join(node.folder, 'states'))
    const options = { ...node.options, ports: { ...node.ports, stores: { ...node.stores, states } } }
    node.told.length = 0
    expect(await catchUp(options, signal)).toEqual({ complete: false })
    expect(await catchUp(options, signal)).toEqual({ complete: false })
    expect(node.told).toEqual([])
    expect(await catchUp(options, signal)).toEqual({ complete: true })
    expect(node.told).toEqual([2n, 3n].map((round) => ['matched', round]))
    expect((await states.load(rounds[2].posted.claimHash))?.model).toEqual(rounds[2].computed.state.model)
  })

  it('makes its history whole again when it has no state of the claims that it remembers', async () => {
    const node = await joiner()
    serve(node.peers, ...rounds)
    const all = [...node.claims]
    node.claims.splice(0, 2)
    let held = 0
    const recall = async (): Promise<Disposable> => {
      held++
      node.claims.splice(0, node.claims.length, ...all)
      return { [Symbol.dispose]: () => void held-- }
    }
    const told: number[] = []
    const matched = (): void => void told.push(held)
    const options = { ...node.options, recall, reports: { ...node.options.reports, matched } }
    expect(await catchUp(options, signal)).toEqual({ complete: true })
    expect(headOf(node, rounds[2])).toBeDefined()
    // Nothing is forgotten while claims are replayed.
    expect([told, held]).toEqual([[1, 1, 1], 0])
    // With a state of the newest claim nothing is asked for.
    node.claims.splice(0, 2)
    expect(await catchUp({ ...options, recall: () => Promise.reject(new Error('asked')) }, signal)).toEqual({ complete: true })
  })

  it('waits for the evidence of a final claim', async () => {
    const node = await joiner()
    serve(node.peers, rounds[0], rounds[2])
    node.final.add(1n).add(2n)
    let missed = 0
    node.peers.onMissing = () => {
      if (++missed === 3) serve(node.peers, rounds[1])
    }
    expect(await catchUp(node.options, signal)).toEqual({ complete: true })
    expect(missed).toBe(3)
    expect(node.told).toEqual([1n, 2n, 3n].map((round) => ['matched', round]))
  })

  it('waits for one update of a final claim, too, and ends when it is told to', async () => {
    const node = await joiner()
    serve(node.peers, ...rounds)
    node.peers.updates.delete([...rounds[0].computed.files.updates.keys()][1]!)
    node.final.add(1n)
    const abort = new AbortController()
    node.peers.onMissing = () => abort.abort()
    await expect(catchUp(node.options, abort.signal)).rejects.toMatchObject({ code: 'CANCELLED' })
    expect(node.told).toEqual([])
    // What came is kept, and nothing is written any more.
    expect(await node.stores.updates.list()).toHaveLength(2)
  })

  it('does not wait for what a claim that can be rejected withholds: it says so and ends before it', async () => {
    const node = await joiner()
    serve(node.peers, rounds[0], rounds[2])
    expect(await catchUp(node.options, signal)).toEqual({ complete: false })
    expect(node.told).toEqual([
      ['matched', 1n],
      ['unavailable', 2n],
    ])
    expect([headOf(node, rounds[0]) !== undefined, headOf(node, rounds[2])]).toEqual([true, undefined])
    serve(node.peers, rounds[1])
    expect(await catchUp(node.options, signal)).toEqual({ complete: true })
  })

  it('tells of a false claim that is not final and ends before it', async () => {
    const node = await joiner()
    serve(node.peers, ...rounds)
    node.claims[1] = lie(rounds[1].posted, { modelRoot: rounds[0].posted.claim.modelRoot })
    expect(await catchUp(node.options, signal)).toEqual({ complete: false })
    expect(node.told).toEqual([
      ['matched', 1n],
      ['mismatched', 2n],
    ])
    expect(node.stores.states.head(node.claims[1].claimHash)).toBeUndefined()
    // The chain rejects it, and another takes its place.
    node.claims[1] = rounds[1].posted
    expect(await catchUp(node.options, signal)).toEqual({ complete: true })
  })

  it('goes no further than a final claim that is false', async () => {
    const node = await joiner()
    serve(node.peers, ...rounds)
    node.claims[1] = lie(rounds[1].posted, { ledgerTotal: 1n })
    node.final.add(1n).add(2n)
    await expect(catchUp(node.options, signal)).rejects.toMatchObject({
      code: 'CLAIM_MISMATCH',
      details: { fields: ['ledgerTotal'] },
    })
    expect(node.told).toEqual([
      ['matched', 1n],
      ['mismatched', 2n],
    ])
  })

  it('takes evidence of any other shape for a false claim, not for a reason to stop', async () => {
    const text = new TextEncoder()
    const record = rounds[0].computed.files.documents.get('record.json')!
    const listed = (name: string, hash: unknown): string => JSON.stringify({ files: { [name]: hash } })
    const strange = [
      '',
      '{}',
      'null',
      '7',
      '[]',
      '{"files":null}',
      '{"files":[]}',
      '{"files":{}}',
      ...[7, null, {}, '', '0x', '../../journal', fileHash(record).toUpperCase()].map((hash) => listed('record.json', hash)),
      listed('../record.json', fileHash(record)),
      // A record that is none, and a true one that is named otherwise.
      listed('record.json', fileHash(text.encode('{}'))),
      listed('record.txt', fileHash(record)),
    ]
    for (const manifest of strange) {
      const node = await joiner()
      const bytes = text.encode(manifest)
      node.peers.serve(bytes, record, text.encode('{}'))
      node.claims[0] = lie(rounds[0].posted, { evidence: fileHash(bytes) })
      expect(await catchUp(node.options, signal), manifest).toEqual({ complete: false })
      expect(node.told, manifest).toEqual([['mismatched', 1n]])
    }
  })

  it('takes a peer that sends other bytes for one that sends none', async () => {
    const node = await joiner()
    serve(node.peers, ...rounds)
    node.peers.documents.set(fileHash(manifestBytes(rounds[0])), manifestBytes(rounds[1]))
    expect(await catchUp(node.options, signal)).toEqual({ complete: false })
    expect(node.told).toEqual([['unavailable', 1n]])
    expect(await node.stores.documents.has(fileHash(manifestBytes(rounds[0])))).toBe(false)
  })
})

describe('the loop of catching up', () => {
  const loops: CatchUpLoop[] = []
  afterEach(async () => {
    for (const loop of loops.splice(0)) {
      loop.stop()
      await loop.stopped()
    }
  })
  const loopOf = (options: CatchUpOptions): CatchUpLoop => {
    const loop = new CatchUpLoop({ ...options, againMs: 1 })
    loops.push(loop)
    return loop
  }

  it('goes on by itself when evidence turns up', async () => {
    const node = await joiner()
    serve(node.peers, rounds[0], rounds[2])
    const told: string[] = []
    const logger = { ...silentLogger, warn: (_: unknown, text?: string) => void told.push(String(text)) }
    const loop = loopOf({ ...node.options, ports: { ...node.options.ports, logger } })
    const newest = node.heard('matched', 3n)
    let missed = 0
    node.peers.onMissing = () => {
      if (++missed === 4) serve(node.peers, rounds[1])
    }
    await loop.run()
    expect(headOf(node, rounds[0])).toBeDefined()
    await newest
    expect(missed).toBe(4)
    expect(told).toHaveLength(1)
  })

  it('lets a node start whose peers serve no evidence of a final claim, and goes on when they do', async () => {
    const node = await joiner()
    node.final.add(1n).add(2n).add(3n)
    const told: string[] = []
    const logger = { ...silentLogger, warn: (_: unknown, text?: string) => void told.push(String(text)) }
    const newest = node.heard('matched', 3n)
    await loopOf({ ...node.options, ports: { ...node.options.ports, logger } }).run()
    expect(node.told).toEqual([])
    serve(node.peers, ...rounds)
    await newest
    expect(told).toHaveLength(1)
  })

  it('goes on by itself when a false claim was rejected', async () => {
    const node = await joiner()
    serve(node.peers, ...rounds)
    node.claims[1] = lie(rounds[1].posted, { modelRoot: rounds[0].posted.claim.modelRoot })
    const newest = node.heard('matched', 3n)
    await loopOf(node.options).run()
    node.claims[1] = rounds[1].posted
    await newest
  })

  it('goes on by itself after the chain could not be asked', async () => {
    const node = await joiner()
    serve(node.peers, rounds[0], rounds[2])
    const newest = node.heard('matched', 3n)
    let outages = 0
    const isFinal = async (): Promise<boolean> => {
      // The first run ends early; the chain is away for the next two.
      if (outages++ === 0) return false
      if (outages <= 3) throw new QuorateError('RPC_UNREACHABLE', 'the chain is away')
      serve(node.peers, rounds[1])
      return false
    }
    await loopOf({ ...node.options, isFinal }).run()
    await newest
    expect(outages).toBe(4)
  })

  it('replays no claim twice when it is asked twice', async () => {
    const node = await joiner()
    serve(node.peers, ...rounds)
    const loop = loopOf(node.options)
    await Promise.all([loop.run(), loop.run(), loop.run()])
    expect(node.told).toEqual([1n, 2n, 3n].map((round) => ['matched', round]))
  })

  it('ends at a final claim that is false, and runs again when it is asked', async () => {
    const node = await joiner()
    serve(node.peers, ...rounds)
    node.final.add(1n)
    const honest = node.claims[0]!
    node.claims[0] = lie(honest, { members: 7 })
    const loop = loopOf(node.options)
    await loop.run()
    expect(node.told).toEqual([['mismatched', 1n]])
    node.claims[0] = honest
    await loop.run()
    expect(headOf(node, rounds[2])).toBeDefined()
  })

  it('stops while it waits for peers', async () => {
    const node = await joiner()
    node.final.add(1n)
    const asked = new Promise<Hash>((resolve) => (node.peers.onMissing = resolve))
    const loop = loopOf(node.options)
    const running = loop.run()
    await asked
    loop.stop()
    await loop.stopped()
    await expect(running).rejects.toMatchObject({ code: 'CANCELLED' })
  })
})
