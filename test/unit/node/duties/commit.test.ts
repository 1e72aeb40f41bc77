import { privateKeyToAccount } from 'viem/accounts'
import { describe, expect, it } from 'vitest'
import { createMemoryJournal } from '../../../../src/storage/index.ts'
import { commit, saidIn, Voice } from '../../../../src/node/index.ts'
import type { DutyHandlers, NodePorts } from '../../../../src/node/index.ts'
import { QuorateError, silentLogger } from '../../../../src/core/index.ts'
import {
  commitmentOf,
  decide,
  initialRoundState,
  messagesOf,
  reduceRound,
  selfWith,
  signStatement,
  ZERO_HASH,
} from '../../../../src/protocol/index.ts'
import type { Hash, CommitmentMessage, Message, ReceiptMessage, RoundPlan, RoundState } from '../../../../src/protocol/index.ts'

const domain = { chainId: 31_337, ledger: `0x${'cc'.repeat(20)}` as const }
const account = privateKeyToAccount(`0x${'11'.repeat(32)}`)
const operatorAccount = privateKeyToAccount(`0x${'22'.repeat(32)}`)
const member = `0x${'aa'.repeat(20)}` as const
const operator = `0x${'bb'.repeat(20)}` as const
const update: { updateRoot: Hash; salt: Hash } = { updateRoot: `0x${'d1'.repeat(32)}`, salt: `0x${'5a'.repeat(32)}` }
const plan: RoundPlan = {
  task: 1n,
  round: 7n,
  openedAt: 1000,
  snapshot: 999,
  windows: { commit: 60, reveal: 60, attest: 60, post: 60, challenge: 600 },
  base: ZERO_HASH,
  operator,
  operatorKey: operatorAccount.address,
  operatorSlot: 100,
  members: [{ member, operatorKey: account.address, slot: 0, stake: 1n }],
  totalStake: 1n,
  spec: { toleranceBps: 2500, minSealedBps: 5000, committee: 0 },
  quorumBps: 6667,
}
const commitment = commitmentOf(1n, 7n, member, update.updateRoot, update.salt)
const open = initialRoundState(plan)
const { signal } = new AbortController()

/** A receipt as the operator signs it, for another commitment or by another key where asked. */
async function receiptOf(change: Partial<ReceiptMessage> = {}, signer = operatorAccount): Promise<ReceiptMessage> {
  const unsigned = { kind: 'receipt' as const, task: 1n, round: 7n, member, commitment, operator, ...change }
  const { task, round, member: owner, commitment: hash } = unsigned
  const signature = await signStatement(domain, 'Receipt', { task, round, member: owner, commitment: hash }, signer)
  return { ...unsigned, signature }
}

function portsOf(published: Message[]): Pick<NodePorts, 'task' | 'voice' | 'logger'> {
  const said = saidIn(createMemoryJournal())
  const publish = async (message: Message) => void published.push(message)
  return {
    task: { id: 1n, domain, spec: undefined as never, document: '' },
    voice: new Voice({ domain, owner: member, account, said, publish }),
    logger: silentLogger,
  }
}

async function commitAndHandIn(duty: DutyHandlers<'commit'>, state: RoundState): Promise<RoundState> {
  const said = (await duty.commit!({ type: 'commit', key: 'c', ...update }, state, signal)).reduce(reduceRound, state)
  return (await duty.handIn!({ type: 'handIn', key: 'h', ...update }, said, signal)).reduce(reduceRound, said)
}

/** The state after a member committed to an operator that answers with that receipt. */
async function committed(receipt: ReceiptMessage, state = open): Promise<{ state: RoundState; published: Message[] }> {
  const published: Message[] = []
  const duty = commit(portsOf(published), { handIn: async () => receipt, force: async () => {} })
  return { state: await commitAndHandIn(duty, state), published }
}

describe('commit', () => {
  it("keeps the member's signature and the operator's receipt, and tells everybody of both", async () => {
    const receipt = await receiptOf()
    const { state, published } = await committed(receipt)
    const { signature: signed } = receipt
    const { operatorKey } = plan
    expect(published).toMatchObject([
      { kind: 'commitment', member, commitment },
      { kind: 'receiptNotice', member, commitment, operatorKey, signature: signed },
    ])
    const { signature } = published[0] as CommitmentMessage
    expect(state.commitments.get(member)).toEqual({ commitment, source: { via: 'signature', signature } })
    expect(state.receipts.get(member)).toEqual({ commitment, operatorKey, signature: signed })
  })

  it('keeps a receipt that no peer hears of', async () => {
    const said = saidIn(createMemoryJournal())
    const publish = async ({ kind }: Message): Promise<void> => {
      if (kind === 'receiptNotice') throw new Error('no peers')
    }
    const ports = { ...portsOf([]), voice: new Voice({ domain, owner: member, account, said, publish }) }
    const duty = commit(ports, { handIn: async () => receiptOf(), force: async () => {} })
    const state = await commitAndHandIn(duty, open)
    expect(state.receipts.get(member)).toMatchObject({ commitment })
  })

  it('knows its commitment although no operator answers: peers that missed it get it when they catch up', async () => {
    const published: Message[] = []
    const unreachable = async () => Promise.reject(new QuorateError('COORDINATOR_UNREACHABLE', 'no answer'))
    const duty = commit(portsOf(published), { handIn: unreachable, force: async () => {} })
    const self = selfWith(member, ['commit'])
    const trained = reduceRound(open, { type: 'trained', ...update })
    const owed = (state: RoundState): string[] => decide({ ...state, now: 1001 }, self).map(({ type }) => type)
    expect(owed(trained)).toEqual(['commit'])
    const state = (await duty.commit!({ type: 'commit', key: 'c', ...update }, trained, signal)).reduce(reduceRound, trained)
    expect(owed(state)).toEqual(['handIn'])
    await expect(duty.handIn!({ type: 'handIn', key: 'h', ...update }, state, signal)).rejects.toMatchObject({
      code: 'COORDINATOR_UNREACHABLE',
    })
    expect(messagesOf(state)).toEqual(published)
  })

  it('hands in what peers have, also if its key would sign it otherwise now', async () => {
    const handedIn: CommitmentMessage[] = []
    const duty = commit(portsOf([]), {
      handIn: async (message) => {
        handedIn.push(message)
        return receiptOf()
      },
      force: async () => {},
    })
    const signature = `0x${'77'.repeat(65)}` as const
    const known = reduceRound(open, { type: 'commitment', member, commitment, source: { via: 'signature', signature } })
    await duty.handIn!({ type: 'handIn', key: 'h', ...update }, known, signal)
    expect(handedIn).toMatchObject([{ commitment, signature }])
  })

  it('refuses a receipt of another key, for another commitment or of another round', async () => {
    const codeOf = async (receipt: Promise<ReceiptMessage>): Promise<unknown> =>
      committed(await receipt).catch((error: unknown) => (error as { code: unknown }).code)
    expect(await codeOf(receiptOf({}, account))).toBe('SIGNATURE_INVALID')
    expect(await codeOf(receiptOf({ commitment: ZERO_HASH }))).toBe('COMMITMENT_MISMATCH')
    expect(await codeOf(receiptOf({ round: 8n }))).toBe('MESSAGE_WRONG_ROUND')
    expect(await codeOf(receiptOf({ operator: member }))).toBe('MESSAGE_MALFORMED')
  })
})

describe('force', () => {
  it('leaves a commitment that the chain stands for', async () => {
    const duty = commit(portsOf([]), { handIn: async () => receiptOf(), force: async () => {} })
    const events = await duty.force!({ type: 'force', key: 'k', ...update }, open, signal)
    const state = events.reduce(reduceRound, open)
    expect(state.commitments.get(member)).toEqual({ commitment, source: { via: 'chain' } })
  })
})
