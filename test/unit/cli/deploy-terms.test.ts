import { Command } from 'commander'
import { parseEther } from 'viem'
import { describe, expect, it } from 'vitest'
import { deployTerms } from '../../../cli/deploy/terms.ts'
import { DEVELOPMENT_TOKEN } from '../../../src/chain/index.ts'
import { withTask } from '../../../cli/task-options.ts'
import type { TaskFlags } from '../../../cli/task-options.ts'

const flags = {
  ...withTask(new Command()).opts<TaskFlags>(),
  operatorBond: '1200',
  courtBond: '2',
  development: false,
  blockTime: 12,
  unbondingDelay: 604_800,
}

describe('what quorate deploy reads before its first transaction', () => {
  it('takes the defaults', () => {
    expect(deployTerms(flags, DEVELOPMENT_TOKEN)).toEqual({
      operatorBond: parseEther('1200'),
      unitBond: parseEther('2'),
      rewardPerRound: parseEther('10'),
      minStake: 0n,
    })
  })

  it('counts in the decimals of the token', () => {
    const unit = { decimals: 6, symbol: 'USDC' }
    expect(deployTerms(flags, unit)).toEqual({
      operatorBond: 1_200_000_000n,
      unitBond: 2_000_000n,
      rewardPerRound: 10_000_000n,
      minStake: 0n,
    })
    expect(() => deployTerms({ ...flags, reward: '0.0000001' }, unit)).toThrow(/at most 6 decimals/)
    expect(() => deployTerms({ ...flags, operatorBond: '999' }, { decimals: 0, symbol: '' })).toThrow(/at least 1000 tokens/)
  })

  it('takes short windows on a development chain', () => {
    expect(() => deployTerms({ ...flags, challenge: 60, commit: 1, post: 1, development: true }, DEVELOPMENT_TOKEN)).not.toThrow()
  })

  it.each([
    ['--commit', { commit: 95 }, /eight blocks to commit: set at least 96 s/],
    ['--commit', { commit: 599, blockTime: 75, reveal: 375, attest: 375, post: 375 }, /at least 600 s/],
    ['--reveal', { reveal: 59 }, /at least 60 s, or pass --development/],
    ['--attest', { reveal: 65, blockTime: 13 }, /at least 65 s/],
    ['--challenge', { challenge: 10_479 }, /at least 10480 s, or pass --development/],
    ['--challenge', { challenge: 7, development: true }, /at least 8 s/],
    ['--commit', { commit: 155, committee: 80 }, /at least 156 s, or pass --development/],
    ['--challenge', { challenge: 14 * 86_400 }, /longer than the shortest unbonding delay/],
    ['--reward', { reward: '10.1' }, /set a smaller reward/],
    ['--reward', { reward: 'much' }, /./],
    ['--operator-bond', { operatorBond: '999' }, /at least 1000 dQRT/],
    ['--court-bond', { courtBond: '2.6' }, /covers less than 256 such bonds: set a smaller bond/],
    ['--court-bond', { courtBond: '0' }, /has to cost something/],
    ['--min-stake', { minStake: '-1' }, /./],
  ])('refuses %s %o', (option, change, message) => {
    const read = (): unknown => deployTerms({ ...flags, ...change }, DEVELOPMENT_TOKEN)
    expect(read).toThrow(
      expect.objectContaining({ code: 'FLAG_INVALID', details: expect.objectContaining({ option }) as unknown }),
    )
    expect(read).toThrow(message)
  })
})
