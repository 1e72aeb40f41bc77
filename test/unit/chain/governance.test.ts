import { decodeFunctionData, encodeFunctionData, parseEther } from 'viem'
import { describe, expect, it } from 'vitest'
import { quorateTimelockAbi } from '../../../src/chain/abi/index.ts'
import { describeCall, encodeChanges, encodeJudge, resetCall } from '../../../src/chain/index.ts'
import type { Change, GovernedParameter } from '../../../src/chain/index.ts'

const address = (digit: string) => `0x${digit.repeat(40)}` as const
const contracts = {
  ledger: address('1'),
  vault: address('2'),
  distributor: address('3'),
  token: address('4'),
  judge: address('5'),
}
const governance = { governor: address('6'), timelock: address('7'), guardian: address('8') }

const parameters: GovernedParameter[] = [
  { name: 'vault.minBond', unit: 'tokens', value: parseEther('100'), min: parseEther('1'), max: parseEther('1000') },
  { name: 'vault.unbondingDelay', unit: 'seconds', value: 700n, min: 100n, max: 5000n },
  { name: 'timelock.delay', unit: 'seconds', value: 800n, min: 701n, max: 9000n },
]

const encode = (...changes: Change[]) => encodeChanges(changes, { contracts, governance, parameters })
const describeAll = (...changes: Change[]) => encode(...changes).map((call) => describeCall(call, { contracts, governance }))

describe('encodeChanges', () => {
  it('takes values at their bounds and refuses the next ones', () => {
    expect(describeAll(['vault.minBond', parseEther('1')])).toEqual(['StakeVault.setMinBond(1000000000000000000 token wei)'])
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
})

it('judges are added and retired by a call of the ledger', () => {
  const calls = (['addJudge', 'retireJudge'] as const).map((change) => encodeJudge(change, contracts.judge, contracts))
  expect(calls.map((call) => describeCall(call, { contracts, governance }))).toEqual([
    `RoundLedger.addJudge(${contracts.judge})`,
    `RoundLedger.retireJudge(${contracts.judge})`,
  ])
})

describe('describeCall', () => {
  it('names calls of contracts beside the deployment, whose address it cannot know', () => {
    const { to: target, ...reset } = resetCall({ executor: address('9') })
    expect(describeCall({ target, data: encodeFunctionData(reset) }, { contracts, governance })).toBe(
      `${address('9')} as GuardedExecutor.reset()`,
    )
  })

  it('shows what it does not know as it is', () => {
    expect(describeCall({ target: address('9'), data: '0x1234' }, { contracts, governance })).toBe(`${address('9')} 0x1234`)
    expect(describeCall({ target: contracts.vault, data: '0x12345678' }, { contracts, governance })).toBe('StakeVault 0x12345678')
  })
})
