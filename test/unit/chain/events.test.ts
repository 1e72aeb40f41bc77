import { encodeAbiParameters, encodeEventTopics, getAddress, parseAbiParameters } from 'viem'
import type { Log } from 'viem'
import { describe, expect, it } from 'vitest'
import { rewardDistributorAbi, roundLedgerAbi, stakeVaultAbi } from '../../../src/chain/abi/index.ts'
import { claimOfEvent, concernsTask, standingClaims, toLedgerEvent } from '../../../src/chain/index.ts'
import type { LedgerEvent } from '../../../src/chain/index.ts'
import { claimHash } from '../../../src/protocol/index.ts'
import type { Address, Claim, Hash, Hex } from '../../../src/protocol/index.ts'

const bytes32 = (byte: string): Hash => `0x${byte.repeat(32)}`
const ledger: Address = '0x00000000000000000000000000000000000000a1'
const vault: Address = '0x00000000000000000000000000000000000000a2'
const distributor = getAddress('0x00000000000000000000000000000000000000a3')
const someone = getAddress('0x00000000000000000000000000000000000000bb')
const contracts = { ledger, vault, distributor }

const claim: Claim = {
  parent: bytes32('01'),
  membersRoot: bytes32('02'),
  gramRoot: bytes32('03'),
  traceRoot: bytes32('04'),
  transitionRoot: bytes32('05'),
  modelRoot: bytes32('06'),
  referenceRoot: bytes32('07'),
  ledgerRoot: bytes32('08'),
  evidence: bytes32('09'),
  ledgerTotal: 2n ** 100n,
  members: 8,
}

const position = { blockNumber: 5n, blockHash: bytes32('b0'), transactionHash: bytes32('b1'), logIndex: 2 }

function logOf(address: Address, topics: unknown[], data: Hex): Log<bigint, number, false> {
  return { ...position, address, topics, data, transactionIndex: 0, removed: false } as never
}

function posted(round: bigint, hash = claimHash(1n, round, claim)): Log<bigint, number, false> {
  const item = roundLedgerAbi.find((entry) => entry.type === 'event' && entry.name === 'Posted')!
  const topics = encodeEventTopics({ abi: roundLedgerAbi, eventName: 'Posted', args: { task: 1n, round, claimHash: hash } })
  return logOf(ledger, topics, encodeAbiParameters(item.inputs.slice(3) as never, [someone, claim] as never))
}

describe('toLedgerEvent', () => {
  it('turns a Posted log into the protocol’s claim', () => {
    const event = toLedgerEvent(posted(3n), contracts)
    expect(event).toEqual({
      type: 'posted',
      task: 1n,
      round: 3n,
      claimHash: claimHash(1n, 3n, claim),
      operator: someone,
      claim,
      ...position,
    })
  })

  it('refuses a claim that does not hash to what the log names', () => {
    expect(() => toLedgerEvent(posted(3n, bytes32('ff')), contracts)).toThrow(expect.objectContaining({ code: 'CLAIM_MISMATCH' }))
    expect(() => claimOfEvent({ task: 1n, round: 4n, claimHash: claimHash(1n, 3n, claim), claim })).toThrow(
      expect.objectContaining({ code: 'CLAIM_MISMATCH' }),
    )
  })

  it('names roles and knows the same event name by its contract', () => {
    const joined = encodeEventTopics({ abi: stakeVaultAbi, eventName: 'Allocated', args: { task: 1n, owner: someone } })
    const data = encodeAbiParameters(parseAbiParameters('uint8, uint128, uint128'), [1, 5n, 7n])
    expect(toLedgerEvent(logOf(vault, joined, data), contracts)).toMatchObject({
      type: 'allocated',
      task: 1n,
      role: 'member',
      amount: 5n,
      total: 7n,
      owner: someone,
    })

    const amounts = encodeAbiParameters(parseAbiParameters('uint128, uint128'), [5n, 6n])
    const atLedger = encodeEventTopics({ abi: roundLedgerAbi, eventName: 'Funded', args: { task: 1n } })
    expect(toLedgerEvent(logOf(ledger, atLedger, amounts), contracts)).toMatchObject({ type: 'funded', amount: 5n, funded: 6n })
    const atDistributor = encodeEventTopics({ abi: rewardDistributorAbi, eventName: 'Funded', args: { task: 1n, from: someone } })
    const amount = encodeAbiParameters(parseAbiParameters('uint128'), [5n])
    expect(toLedgerEvent(logOf(distributor, atDistributor, amount), contracts)).toBeUndefined()
  })

  it('passes over other contracts, other events and broken data', () => {
    expect(toLedgerEvent({ ...posted(3n), address: someone }, contracts)).toBeUndefined()
    expect(toLedgerEvent(logOf(ledger, [bytes32('ee')], '0x'), contracts)).toBeUndefined()
    expect(toLedgerEvent({ ...posted(3n), data: '0x00' }, contracts)).toBeUndefined()
    const upgraded = encodeEventTopics({ abi: stakeVaultAbi, eventName: 'Upgraded', args: { implementation: someone } })
    expect(toLedgerEvent(logOf(vault, upgraded, '0x'), contracts)).toBeUndefined()
  })
})

const post = (round: bigint, evidence: Hash): LedgerEvent => ({
  type: 'posted',
  task: 1n,
  round,
  claimHash: evidence,
  operator: someone,
  claim,
  ...position,
})

const reject = (round: bigint): LedgerEvent => ({
  type: 'rejected',
  task: 1n,
  round,
  claimHash: bytes32('00'),
  operator: someone,
  penalty: 0n,
  recipient: someone,
  bounty: 0n,
  ...position,
})

it('keeps the claims that no rejection dropped', () => {
  const [a, b, c, d, e] = ['0a', '0b', '0c', '0d', '0e'].map(bytes32) as [Hash, Hash, Hash, Hash, Hash]
  const events = [post(1n, a), post(2n, b), post(3n, c), reject(2n), post(2n, d), post(4n, e)]
  expect(standingClaims(events).map(({ round, claimHash }) => [round, claimHash])).toEqual([
    [1n, a],
    [2n, d],
    [4n, e],
  ])
  expect(events.every((event) => concernsTask(event, 1n))).toBe(true)
  expect(events.some((event) => concernsTask(event, 2n))).toBe(false)
})
