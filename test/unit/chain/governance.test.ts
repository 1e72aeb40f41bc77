import { decodeFunctionData, parseEther } from 'viem'
import { describe, expect, it } from 'vitest'
import { quorateTimelockAbi, roundLedgerAbi } from '../../../src/chain/abi/index.ts'
import { describeCall, encodeChanges } from '../../../src/chain/index.ts'
import type { Change, GovernedParameter, Terms } from '../../../src/chain/index.ts'

const address = (digit: string) => `0x${digit.repeat(40)}` as const
const contracts = {
  ledger: address('1'),
  vault: address('2'),
  distributor: address('3'),
  token: address('4'),
  judge: address('5'),
}
const governance = { governor: address('6'), timelock: address('7'), guardian: address('8') }
const terms: Terms = { judge: contracts.judge, falseClaimPenalty: 2n, faultPenalty: 3n, bountyBps: 5000 }

const parameters: GovernedParameter[] = [
  { name: 'vault.minBond', unit: 'tokens', value: parseEther('100'), min: parseEther('1'), max: parseEther('1000') },
  { name: 'vault.unbondingDelay', unit: 'seconds', value: 700n, min: 100n, max: 5000n },
  { name: 'timelock.delay', unit: 'seconds', value: 800n, min: 701n, max: 9000n },
  { name: 'task.faultPenalty', unit: 'tokens', value: 3n, min: 0n, max: 100n },
  { name: 'task.bountyBps', unit: 'bps', value: 5000n, min: 0n, max: 5000n },
  { name: 'task.quorumBps', unit: 'bps', value: 6667n, min: 6667n, max: 6667n },
]

const encode = (...changes: Change[]) => encodeChanges(changes, { contracts, governance, parameters, task: 1n, terms })
const describeAll = (...changes: Change[]) => encode(...changes).map((call) => describeCall(call, { contracts, governance }))

describe('encodeChanges', () => {
  it('takes values at their bounds and refuses the next ones', () => {
    expect(describeAll(['vault.minBond', parseEther('1')])).toEqual(['StakeVault.setMinBond(1000000000000000000)'])
    expect(encode(['vault.minBond', parseEther('1000')])).toHaveLength(1)
    for (const value of [parseEther('1') - 1n, parseEther('1000') + 1n]) {
      expect(() => encode(['vault.minBond', value])).toThrowError(
        expect.objectContaining({
          code: 'PARAMETER_OUT_OF_BOUNDS',
          details: expect.objectContaining({ name: 'vault.minBond', value }),
        }),
      )
    }
  })

  it('says what is fixed for the life of a task', () => {
    expect(() => encode(['task.quorumBps', 6000n])).toThrowError(/fixed at 6667 for the life of the task/)
  })

  it('keeps the timelock longer than unbonding, in every order', () => {
    expect(() => encode(['timelock.delay', 700n])).toThrowError(expect.objectContaining({ code: 'PARAMETER_OUT_OF_BOUNDS' }))
    expect(() => encode(['vault.unbondingDelay', 800n])).toThrowError(
      expect.objectContaining({ code: 'PARAMETER_OUT_OF_BOUNDS' }),
    )
    const longer = encode(['vault.unbondingDelay', 1000n], ['timelock.delay', 1001n])
    expect(longer.map(({ target }) => target)).toEqual([governance.timelock, contracts.vault])
    const shorter = encode(['timelock.delay', 201n], ['vault.unbondingDelay', 200n])
    expect(shorter.map(({ target }) => target)).toEqual([contracts.vault, governance.timelock])
    expect(decodeFunctionData({ abi: quorateTimelockAbi, data: shorter[1]!.data })).toMatchObject({ args: [201n] })
  })

  it("changes a task's terms in one call and leaves the others as they are", () => {
    const [call, ...others] = encode(['task.faultPenalty', 7n], ['task.bountyBps', 1000n])
    expect(others).toEqual([])
    expect(call!.target).toBe(contracts.ledger)
    expect(decodeFunctionData({ abi: roundLedgerAbi, data: call!.data })).toMatchObject({
      functionName: 'setTerms',
      args: [1n, { ...terms, faultPenalty: 7n, bountyBps: 1000 }],
    })
  })
})

describe('describeCall', () => {
  it('shows what it does not know as it is', () => {
    expect(describeCall({ target: address('9'), data: '0x1234' }, { contracts, governance })).toBe(`${address('9')} 0x1234`)
    expect(describeCall({ target: contracts.vault, data: '0x12345678' }, { contracts, governance })).toBe('StakeVault 0x12345678')
  })
})
