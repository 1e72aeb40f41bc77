import { readdir } from 'node:fs/promises'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { isQuorateError, QuorateError } from '../../../src/core/index.ts'
import { build, hold, holdSilently, keepClaim, post, RecordKeeper, replay, replayClaim, seal } from '../../../src/node/index.ts'
import type { ClaimReports, NodePorts, Supply } from '../../../src/node/index.ts'
import {
  claimHash,
  commitmentsHash,
  fileHash,
  forcedHashOf,
  initialRoundState,
  reduceRound,
  signStatement,
  STATEMENTS,
  toHex,
  updateRoot,
  useOf,
  validateSigned,
  verifyStatement,
  VIA_CHAIN,
  viaSignature,
  ZERO_HASH,
} from '../../../src/protocol/index.ts'
import type { Claim, ClaimMessage, Hash, RoundState } from '../../../src/protocol/index.ts'
import { evidencePath, manifestOf, readEvidence } from '../../../src/replay/index.ts'
import { createMemoryJournal } from '../../../src/storage/index.ts'
import { recordedEvents } from '../../support/events.ts'
import { hash } from '../../support/node/round-events.ts'
import { DOMAIN, nodeFolder, TASK } from '../../support/node/replay-ports.ts'
import type { NodeFolder } from '../../support/node/replay-ports.ts'
import { manifestBytes, MEMBERS, OPERATOR, roundChain, serve, stateOf } from '../../support/node/round-chain.ts'
import type { MadeRound, RoundChain } from '../../support/node/round-chain.ts'
import { smallUpdate } from '../../support/node/small-task.ts'
import { voiceOf } from '../../support/node/voices.ts'

let made: RoundChain
let first: MadeRound
/** Round 1 when it is attested. */
let attested: RoundState
beforeAll(async () => {
  made = await roundChain(1)
  first = made.rounds[0]!
  attested = stateOf(first, made.genesis)
})

const opened: NodeFolder[] = []
afterEach(async () => {
  for (const node of opened.splice(0)) await node[Symbol.asyncDispose]()
})
const { signal } = new AbortController()

async function node(metrics?: NodePorts['metrics']): Promise<NodeFolder> {
  const folder = await nodeFolder(made.task, made.facts, metrics && { metrics })
  opened.push(folder)
  return folder
}

/** A node that keeps the evidence of the first round's claim, as it does after `build`. */
async function nodeWithClaim(): Promise<NodeFolder> {
  const folder = await node()
  await keepClaim(folder.ports, 1n, first.computed)
  return folder
}

/** The code that a promise rejects with. */
async function codeOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => 'none',
    (error: unknown) => (isQuorateError(error) ? error.code : error),
  )
}

describe('hold', () => {
  const update = smallUpdate(1)
  const root = toHex(updateRoot(update))
  const fetch = { type: 'fetch', key: 'k', member: MEMBERS[0]!.owner, updateRoot: root } as const

  it('keeps an update and asks for it once', async () => {
    const bytes: [string, unknown, number | undefined][] = []
    const { ports, peers, stores } = await node({ count: (...one) => void bytes.push(one as never), gauge() {}, observe() {} })
    const duty = holdSilently(ports)
    expect(await codeOf(duty.fetch!(fetch, attested, signal))).toBe('BLOB_NOT_FOUND')
    peers.serveUpdates(update)
    for (let n = 0; n < 2; n++) expect(await duty.fetch!(fetch, attested, signal)).toEqual([{ type: 'held', updateRoot: root }])
    expect(peers.asked).toEqual([root, root])
    expect(await stores.updates.get(root)).toEqual(new Uint8Array(update.buffer))
    expect(bytes).toEqual([['update_bytes_total', { direction: 'in' }, update.length]])
    // Its chunks are not hashed again for the claim.
    expect(stores.leaves.get(root)).toBeDefined()
  })

  it('keeps nothing of what leads to another root', async () => {
    const { ports, peers, stores } = await node()
    peers.updates.set(root, smallUpdate(2))
    expect(await codeOf(holdSilently(ports).fetch!(fetch, attested, signal))).toBe('BLOB_MISMATCH')
    expect(await stores.updates.list()).toEqual([])
  })

  it('gives up an update that does not come, until the duty is tried again', async () => {
    const { ports, peers } = await node()
    const supply: Supply = {
      fetchDocument: async (hash) => peers.fetchDocument(hash),
      fetchUpdate: async (_root, { signal: given }) => {
        while (!given.aborted) await new Promise(setImmediate)
        throw new QuorateError('CANCELLED', 'the fetch was cancelled')
      },
      patience: () => 1,
    }
    expect(await codeOf(holdSilently({ ...ports, supply }).fetch!(fetch, attested, signal))).toBe('CANCELLED')
    peers.serveUpdates(update)
    expect(await holdSilently(ports).fetch!(fetch, attested, signal)).toEqual([{ type: 'held', updateRoot: root }])
  })

  it('does not hold an update of another length', async () => {
    const long = new Int8Array(2 * update.length)
    const { ports, stores } = await node()
    await stores.updates.add(new Uint8Array(long.buffer))
    const asked = { ...fetch, updateRoot: toHex(updateRoot(long)) }
    expect(await codeOf(holdSilently(ports).fetch!(asked, attested, signal))).toBe('UPDATE_LENGTH')
  })

  it('attests with a voice only, and never says it otherwise, also after a crash', async () => {
    const { ports } = await node()
    expect(holdSilently(ports).attest).toBeUndefined()
    const journal = createMemoryJournal()
    const member = MEMBERS[1]!
    const { commitments } = attested.seal!
    const said: unknown[] = []
    for (const held of [5n, 7n, 0n]) {
      // Each in a process of its own.
      const { voice, published } = voiceOf(member, journal)
      const duty = hold({ ...ports, voice })
      const [event] = await duty.attest!({ type: 'attest', key: 'k', commitments, held }, attested, signal)
      expect(event).toMatchObject({ type: 'attestation', member: member.owner, commitments, held: 5n })
      const [message] = published
      if (message?.kind !== 'attestation') throw new Error('no attestation')
      const fresh = { ...attested, attestations: new Map() }
      const { verdict } = await validateSigned(DOMAIN, STATEMENTS.attestation, message, member.account.address, {
        domain: DOMAIN,
        state: fresh,
      })
      expect(verdict).toBe('accept')
      said.push(message)
    }
    expect(said).toEqual([said[0], said[0], said[0]])
    // Over another seal it is another statement.
    const { voice } = voiceOf(member, journal)
    const again = hold({ ...ports, voice }).attest!(
      { type: 'attest', key: 'k', commitments: hash(9), held: 7n },
      attested,
      signal,
    )
    expect(await again).toMatchObject([{ held: 7n }])
  })
})

describe('seal', () => {
  const commits = async (state: RoundState, index: number, n: number, forced = false): Promise<RoundState> => {
    const { owner: member, account } = MEMBERS[index]!
    const body = { task: TASK, round: state.plan.round, member, commitment: hash(n) }
    const source = forced
      ? VIA_CHAIN
      : viaSignature(await signStatement(DOMAIN, 'Commitment', body, account as Required<typeof account>))
    return reduceRound(state, { type: 'commitment', member, commitment: hash(n), source })
  }

  const transaction = { hash: hash(7), gasUsed: 1n, blockNumber: 2n }

  it('lists what is committed in slot order, forced or not, and what is listed stays', async () => {
    const { ports } = await node()
    const { voice } = voiceOf(OPERATOR, createMemoryJournal())
    const { events } = recordedEvents()
    const duty = seal({ ...ports, voice }, { seal: async () => transaction, events })
    let state = await commits(await commits(initialRoundState(attested.plan), 2, 12), 0, 10, true)
    const listed = async (): Promise<[string, string][]> => {
      const [event] = await duty.list!({ type: 'list', key: 'k' }, state, signal)
      if (event?.type !== 'list') throw new Error('no list')
      state = reduceRound(state, event)
      return event.rows.map(({ member, commitment }) => [member, commitment])
    }
    expect(await listed()).toEqual([
      [MEMBERS[0]!.owner, hash(10)],
      [MEMBERS[2]!.owner, hash(12)],
    ])
    // What comes in later is not sealed unless the chain has it.
    state = await commits(state, 1, 11)
    expect(await listed()).toHaveLength(2)
    state = await commits(state, 1, 13, true)
    expect(await listed()).toEqual([
      [MEMBERS[0]!.owner, hash(10)],
      [MEMBERS[1]!.owner, hash(13)],
      [MEMBERS[2]!.owner, hash(12)],
    ])
  })

  it('sends the digest of its list over the forced commitments that it knows, and then tells everybody', async () => {
    const { ports } = await node()
    const { voice, published } = voiceOf(OPERATOR, createMemoryJournal())
    const { events, told } = recordedEvents()
    const sent: unknown[] = []
    const duty = seal(
      { ...ports, voice },
      {
        seal: async (call) => {
          sent.push(call)
          return transaction
        },
        events,
      },
    )
    const state = await commits(await commits(initialRoundState(attested.plan), 2, 12), 0, 10, true)
    const [list] = await duty.list!({ type: 'list', key: 'k' }, state, signal)
    const ready = reduceRound(state, list!)
    const digest = commitmentsHash(ready.list!)
    expect(await duty.seal!({ type: 'seal', key: 'k', digest }, ready, signal)).toEqual([])
    const { round, openedAt } = ready.plan
    expect(sent).toEqual([{ round, openedAt, digest, count: 2, forcedHash: forcedHashOf(ready.forced) }])
    expect(published).toEqual([{ kind: 'seal', task: TASK, round, rows: ready.list, operator: OPERATOR.owner }])
    expect(told).toMatchObject([{ event: 'sealed', round, rows: 2 }])
    // A debt of an older list is none any more.
    expect(await duty.seal!({ type: 'seal', key: 'k', digest: hash(1) }, ready, signal)).toEqual([])
    expect(sent).toHaveLength(1)
  })
})

describe('build', () => {
  it('computes the claim of the round and keeps evidence, opening and state', async () => {
    const folder = await node()
    const { ports, stores } = folder
    serve(folder.peers, first)
    await stores.states.save(made.genesis)
    const { events, told } = recordedEvents()
    // Twice, as after a crash.
    for (let life = 0; life < 2; life++) {
      const done = await build(ports, events).build!({ type: 'build', key: 'k' }, attested, signal)
      expect(done).toEqual([
        {
          type: 'built',
          openedAt: attested.plan.openedAt,
          over: attested.sealed!.digest,
          claimHash: first.posted.claimHash,
          claim: first.posted.claim,
        },
      ])
    }
    expect(told).toMatchObject([{ event: 'built', round: 1n, rows: [{}, {}, {}] }, { event: 'built' }])
    expect(await stores.states.load(first.posted.claimHash)).toEqual(first.computed.state)
    const evidence = await readEvidence(stores.evidence, TASK, 1n, first.posted.claim.evidence)
    expect(manifestOf(evidence)).toEqual(manifestOf(first.computed.files))
    expect(await readdir(evidencePath(stores.evidence, TASK, 1n))).toContain('opening.bin')
    const opening = await stores.documents.get(stores.openings.own(first.posted.claimHash))
    expect(Buffer.compare(opening, first.computed.opening())).toBe(0)
  })

  it('waits for the state that it builds on', async () => {
    const folder = await node()
    serve(folder.peers, first)
    const abort = new AbortController()
    const { events } = recordedEvents()
    const waiting = build(folder.ports, events).build!({ type: 'build', key: 'k' }, attested, abort.signal)
    const other = build(folder.ports, events).build!({ type: 'build', key: 'k' }, attested, signal)
    abort.abort()
    expect(await codeOf(waiting)).toBe('CANCELLED')
    await folder.stores.states.save(made.genesis)
    expect(await other).toMatchObject([{ type: 'built', claimHash: first.posted.claimHash }])
  })
})

describe('post', () => {
  const transaction = { hash: hash(7), gasUsed: 1n, blockNumber: 2n }
  const effect = () => ({ type: 'post', key: 'k', claimHash: first.posted.claimHash }) as const
  const built = (): RoundState =>
    reduceRound(attested, {
      type: 'built',
      openedAt: attested.plan.openedAt,
      over: attested.sealed!.digest,
      claimHash: first.posted.claimHash,
      claim: first.posted.claim,
    })

  it('tells everybody what the claim uses before it posts, and again with the transaction', async () => {
    const { ports, stores } = await nodeWithClaim()
    const { voice, published } = voiceOf(OPERATOR, createMemoryJournal())
    const { events, told } = recordedEvents()
    const openingHash = await stores.openings.keep(1n, first.posted.claimHash, first.computed.opening())
    const posted: unknown[] = []
    const duty = post(
      { ...ports, voice },
      {
        post: async (call) => {
          posted.push(call, published.length)
          return transaction
        },
        failRound: async () => {},
        events,
      },
    )
    const [event] = await duty.post!(effect(), built(), signal)
    const { openedAt } = attested.plan
    const { digest } = attested.sealed!
    expect(posted).toEqual([{ round: 1n, openedAt, digest, claim: first.posted.claim }, 1])
    const { claimHash: claim } = first.posted
    const notice = { kind: 'claim', claimHash: claim, ...useOf(first.record), openingHash, operator: OPERATOR.owner }
    expect(published).toMatchObject([
      { ...notice, transaction: ZERO_HASH },
      { ...notice, transaction: transaction.hash },
    ])
    for (const message of published as ClaimMessage[]) {
      const body = STATEMENTS.claim.body(message)
      expect(await verifyStatement(DOMAIN, 'ClaimNotice', body, message.signature, OPERATOR.account.address)).toBe(true)
    }
    expect(told).toEqual([{ event: 'posted', round: 1n, transaction: hash(7), gasUsed: 1n, block: 2n }])
    // Peers that come later get it too.
    expect(stores.openings.notices(1n)).toEqual([published[1]])
    // Its own claim needs no replay.
    expect(reduceRound(built(), event!)).toMatchObject({
      posted: { claimHash: first.posted.claimHash, operator: OPERATOR.owner },
      replay: { match: true },
    })
  })

  it('names no transaction where none landed, and posts nothing but what it built', async () => {
    const { ports } = await nodeWithClaim()
    const { voice, published } = voiceOf(OPERATOR, createMemoryJournal())
    const { events, told } = recordedEvents()
    const failing = async (): Promise<never> => {
      throw new QuorateError('RPC_UNREACHABLE', 'away')
    }
    const duty = post({ ...ports, voice }, { post: failing, failRound: failing, events })
    expect(await codeOf(duty.post!(effect(), built(), signal))).toBe('RPC_UNREACHABLE')
    expect(await codeOf(duty.fail!({ type: 'fail', key: 'k', reason: 'late' }, attested, signal))).toBe('RPC_UNREACHABLE')
    expect(await duty.post!(effect(), attested, signal)).toEqual([])
    expect(await duty.post!({ ...effect(), claimHash: hash(1) }, built(), signal)).toEqual([])
    expect(published).toMatchObject([{ transaction: ZERO_HASH }])
    expect(told).toEqual([])
  })

  it('leaves enough for others to replay the claim when the operator is lost right after it', async () => {
    const operator = await nodeWithClaim()
    const { voice, published } = voiceOf(OPERATOR, createMemoryJournal())
    const { events } = recordedEvents()
    const dies = async (): Promise<never> => {
      throw new Error('killed in the moment in which the transaction was sent')
    }
    const duty = post({ ...operator.ports, voice }, { post: dies, failRound: dies, events })
    await duty.post!(effect(), built(), signal).catch(() => {})
    const [notice] = published as ClaimMessage[]

    const member = await node()
    const { ports, stores } = member
    serve(member.peers, first)
    for (const bytes of [manifestBytes(first), first.computed.files.documents.get('record.json')!])
      member.peers.documents.delete(fileHash(bytes))
    await stores.states.save(made.genesis)
    const keeper = new RecordKeeper({ ...ports, documents: stores.documents, openings: stores.openings })
    // The member lacks an attestation that the claim uses, so it cannot make the record yet.
    keeper.heard(notice!, { ...attested, attestations: new Map([...attested.attestations].slice(1)) })
    await keeper.settled()
    expect(await replayClaim(ports, 1n, first.posted, made.genesis, signal)).toMatchObject({ kind: 'missing' })
    keeper.look(attested)
    await keeper.settled()
    expect(await replayClaim(ports, 1n, first.posted, made.genesis, signal)).toMatchObject({
      kind: 'have',
      value: { claimHash: first.posted.claimHash },
    })
  })

  it('ends a round that gets no claim, and tells of it', async () => {
    const { ports } = await node()
    const { voice } = voiceOf(OPERATOR, createMemoryJournal())
    const { events, told } = recordedEvents()
    const ended: bigint[] = []
    const options = {
      post: async () => transaction,
      failRound: async ({ round }: { round: bigint }) => void ended.push(round),
      events,
    }
    expect(await post({ ...ports, voice }, options).fail!({ type: 'fail', key: 'k', reason: 'late' }, attested, signal)).toEqual(
      [],
    )
    expect([ended, told]).toEqual([[1n], [{ event: 'voided', round: 1n }]])
  })

  it('tells of no end of a round that the ledger has ended already, and tries again after another refusal', async () => {
    const { ports } = await node()
    const { voice } = voiceOf(OPERATOR, createMemoryJournal())
    const { events, told } = recordedEvents()
    const refusedWith = (error: string) => async (): Promise<never> => {
      throw new QuorateError('TRANSACTION_REVERTED', `cannot end round 1: ${error}`, { details: { error } })
    }
    const ends = async (error: string): Promise<unknown> =>
      post({ ...ports, voice }, { post: async () => transaction, failRound: refusedWith(error), events }).fail!(
        { type: 'fail', key: 'k', reason: 'late' },
        attested,
        signal,
      )
    for (const error of ['NotCurrentRound', 'NoOpenRound']) expect(await ends(error)).toEqual([])
    expect(await codeOf(ends('TooEarly'))).toBe('TRANSACTION_REVERTED')
    expect(told).toEqual([])
  })
})

describe('replay', () => {
  interface Replaying extends NodeFolder {
    reports: ClaimReports
    told: [kind: string, what: unknown][]
    counts: string[]
  }

  async function replaying(): Promise<Replaying> {
    const counts: string[] = []
    const folder = await node({ count: (name) => void counts.push(name), gauge() {}, observe() {} })
    await folder.stores.states.save(made.genesis)
    const told: Replaying['told'] = []
    const reports: ClaimReports = {
      matched: (_posted, { claimHash: replayed }) => void told.push(['matched', replayed]),
      mismatched: (_posted, reason) => void told.push(['mismatched', reason]),
      unavailable: ({ claimHash: missing }) => void told.push(['unavailable', missing]),
    }
    return { ...folder, reports, told, counts }
  }

  const effectOf = (hashOf: Hash) => ({ type: 'replay', key: 'k', claimHash: hashOf }) as const

  /** The round once a claim is posted, true or with lies. */
  function posted(lies: Partial<Claim> = {}): { state: RoundState; claimHash: Hash } {
    const claim = { ...first.posted.claim, ...lies }
    const known = claimHash(TASK, 1n, claim)
    const event = { type: 'posted', claimHash: known, claim, operator: OPERATOR.owner } as const
    return { state: reduceRound(attested, event), claimHash: known }
  }

  it('reports a match and keeps the state that follows', async () => {
    const { ports, peers, reports, told, stores } = await replaying()
    serve(peers, first)
    const { state, claimHash: known } = posted()
    expect(await replay(ports, reports).replay!(effectOf(known), state, signal)).toEqual([
      { type: 'replayed', claimHash: known, match: true },
    ])
    expect(told).toEqual([['matched', known]])
    expect(await stores.states.load(known)).toEqual(first.computed.state)
  })

  it('reports a mismatch with its reason, and keeps nothing', async () => {
    const { ports, peers, reports, told, stores, counts } = await replaying()
    serve(peers, first)
    const { state, claimHash: known } = posted({ modelRoot: hash(1), members: 7 })
    expect(await replay(ports, reports).replay!(effectOf(known), state, signal)).toEqual([
      { type: 'replayed', claimHash: known, match: false },
    ])
    expect(told).toEqual([['mismatched', 'the claim of round 1 differs from its replay in modelRoot, members']])
    expect(counts).toContain('claims_mismatched_total')
    expect(stores.states.head(known)).toBeUndefined()
    expect(await readdir(stores.evidence).catch(() => [])).toEqual([])
  })

  it('takes evidence that is none for a mismatch', async () => {
    const { ports, peers, reports, told } = await replaying()
    const nothing = new TextEncoder().encode('{}')
    peers.serve(nothing)
    const { state, claimHash: known } = posted({ evidence: fileHash(nothing) })
    expect(await replay(ports, reports).replay!(effectOf(known), state, signal)).toMatchObject([{ match: false }])
    expect(told.map(([kind]) => kind)).toEqual(['mismatched'])
  })

  it('reports what nobody serves, fails so that it is tried again, and matches once it is there', async () => {
    const { ports, peers, reports, told } = await replaying()
    const { state, claimHash: known } = posted()
    const duty = replay(ports, reports)
    const tried = async (): Promise<unknown> => codeOf(duty.replay!(effectOf(known), state, signal))
    expect(await tried()).toBe('EVIDENCE_MISSING')
    serve(peers, first)
    const [root] = first.computed.files.updates.keys()
    peers.updates.delete(root!)
    expect(await tried()).toBe('EVIDENCE_MISSING')
    expect(told).toEqual([
      ['unavailable', known],
      ['unavailable', known],
    ])
    serve(peers, first)
    expect(await duty.replay!(effectOf(known), state, signal)).toMatchObject([{ match: true }])
    expect(told.at(-1)).toEqual(['matched', known])
  })

  it('replays nothing but the claim that is posted', async () => {
    const { ports, reports, told } = await replaying()
    const { state } = posted()
    expect(await replay(ports, reports).replay!(effectOf(hash(1)), state, signal)).toEqual([])
    expect(await replay(ports, reports).replay!(effectOf(first.posted.claimHash), attested, signal)).toEqual([])
    expect(told).toEqual([])
  })
})
