import { Command } from 'commander'
import { parseEther } from 'viem'
import { describe, expect, it } from 'vitest'
import { deployTerms } from '../../../cli/deploy-terms.ts'
import { withTask } from '../../../cli/task-options.ts'
import type { TaskFlags } from '../../../cli/task-options.ts'

const flags = { ...withTask(new Command()).opts<TaskFlags>(), operatorBond: '1200', development: false }

describe('what quorate deploy reads before its first transaction', () => {
  it('takes the defaults', () => {
    expect(deployTerms(flags)).toEqual({ operatorBond: parseEther('1200'), rewardPerRound: parseEther('10'), minStake: 0n })
  })

  it('takes a short challenge window on a development chain', () => {
    expect(() => deployTerms({ ...flags, challenge: 60, development: true })).not.toThrow()
  })

  it.each([
    ['--challenge', { challenge: 10_479 }, /at least 10480 s, or pass --development/],
    ['--challenge', { challenge: 7, development: true }, /at least 8 s/],
    ['--challenge', { challenge: 14 * 86_400 }, /longer than the shortest unbonding delay/],
    ['--reward', { reward: '10.1' }, /set a smaller reward/],
    ['--reward', { reward: 'much' }, /./],
    ['--operator-bond', { operatorBond: '999' }, /at least 1,?000 tokens/],
    ['--min-stake', { minStake: '-1' }, /./],
  ])('refuses %s %o', (option, change, message) => {
    const read = (): unknown => deployTerms({ ...flags, ...change })
    expect(read).toThrow(
      expect.objectContaining({ code: 'FLAG_INVALID', details: expect.objectContaining({ option }) as unknown }),
    )
    expect(read).toThrow(message)
  })
})
