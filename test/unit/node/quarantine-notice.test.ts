import { describe, expect, it } from 'vitest'
import { encodeEvidence } from '../../../src/aggregation/index.ts'
import { quarantineNotice, quarantinesOf } from '../../../src/replay/index.ts'
import type { LedgerLeaf } from '../../../src/protocol/index.ts'

const member = (digit: string): `0x${string}` => `0x${digit.repeat(40)}`

function leaf(digit: string, since: bigint, until: bigint, quarantines = 1): LedgerLeaf {
  const extra = encodeEvidence({ wealth: 0, quarantines, since, until })
  return { member: member(digit), reward: 0n, strikes: 0, reputation: 0, extra }
}

const ledger = new Map([
  [0, leaf('A', 8n, 25n)],
  [1, leaf('b', 3n, 20n, 2)],
  [2, leaf('c', 2n, 9n)],
  [3, leaf('d', 0n, 0n, 0)],
  [4, leaf('e', 8n, 41n, 2)],
])

describe('quarantinesOf', () => {
  it('names who is out in the next round', () => {
    expect(quarantinesOf(ledger, 8n).map(({ member, until }) => [member[2], until])).toEqual([
      ['a', 25n],
      ['b', 20n],
      ['e', 41n],
    ])
    expect(quarantinesOf(ledger, 24n).map(({ member }) => member[2])).toEqual(['e'])
  })
})

describe('quarantineNotice', () => {
  it('tells a member once why it is out and until when', () => {
    const notice = quarantineNotice(ledger, 8n, member('a'))!
    expect(notice).toMatchObject({ since: 8n, until: 25n, times: 1 })
    expect(notice.notice).toMatch(/from round 9 to round 24.*ends by itself/)
    expect(notice.notice).not.toMatch(/burned/)
    expect(quarantineNotice(ledger, 9n, member('a'))).toBeUndefined()
    expect(quarantineNotice(ledger, 8n, member('b'))).toBeUndefined()
  })

  it('tells how many came in a row', () => {
    expect(quarantineNotice(ledger, 8n, member('e'))!.notice).toMatch(/quarantine 2 in a row.*twice as long/)
  })
})
