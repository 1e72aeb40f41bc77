import { expect, it } from 'vitest'
import type { LedgerEvent } from '../../../src/chain/index.ts'
import { ClaimHistory } from '../../../src/replay/index.ts'
import type { Address, Hash } from '../../../src/protocol/index.ts'

const hash = (byte: number): Hash => `0x${byte.toString(16).padStart(64, '0')}`
const operator: Address = `0x${'11'.repeat(20)}`
const at = (blockNumber: bigint) => ({
  blockNumber,
  blockHash: hash(1),
  transactionHash: hash(2),
  logIndex: 0,
  task: 1n,
  round: 1n,
})

const opened = (blockNumber: bigint, openedAt: number): LedgerEvent => ({
  ...at(blockNumber),
  type: 'opened',
  operator,
  operatorKey: operator,
  openedAt,
})
const drawn = (blockNumber: bigint, seed: Hash, snapshot: number): LedgerEvent => ({
  ...at(blockNumber),
  type: 'drawn',
  seed,
  snapshot,
})

it('remembers by what the members of a round were drawn, until a reorganisation undoes it', () => {
  const history = new ClaimHistory()
  history.apply(opened(1n, 2000))
  expect(history.drawn(1n)).toBeUndefined()
  history.apply(drawn(6n, hash(7), 1231))
  expect(history.drawn(1n)).toMatchObject({ seed: hash(7), snapshot: 1231 })
  history.apply({ type: 'reorg', toBlock: 5n })
  expect(history.openedAt(1n)).toBe(2000)
  expect(history.drawn(1n)).toBeUndefined()
  history.apply(drawn(7n, hash(8), 1231))
  expect(history.drawn(1n)).toMatchObject({ seed: hash(8) })
})
