import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { parseEther, formatEther } from 'viem'
import { describe, expect, it } from 'vitest'
import {
  BOND_GAS,
  courtUnitBond,
  deploymentRules,
  DEVELOPMENT_TOKEN,
  FULL_COURT_WINDOW,
  GAS_OF_A_TOKEN,
  leastPenalty,
  SEARCH_UNITS,
} from '../../../src/chain/index.ts'
import { penaltiesIn, withTask } from '../../../cli/task-options.ts'
import { OPERATOR_BOND, REWARD_PER_ROUND } from '../../../cli/demo/consortium.ts'

const flags = withTask(new Command()).opts<{ reward: string; challenge: number }>()
const reward = parseEther(flags.reward)
const { falseClaimPenalty: penalty, bountyBps } = penaltiesIn(DEVELOPMENT_TOKEN)
const { minOperatorBond, bounds } = deploymentRules(DEVELOPMENT_TOKEN)
const unitBond = courtUnitBond(DEVELOPMENT_TOKEN)
const bounty = (penalty * BigInt(bountyBps)) / 10_000n

describe('the defaults of quorate deploy', () => {
  it('make a lie cost more than all that lies can take at once', () => {
    expect(penalty - bounty).toBeGreaterThanOrEqual(64n * reward)
    const floor = bounds.minBondFloor
    expect(penalty).toBeGreaterThanOrEqual(leastPenalty({ rewardPerRound: reward, unitBond, floor }))
    expect(penalty).toBeLessThanOrEqual(OPERATOR_BOND)
    expect(REWARD_PER_ROUND).toBe(reward)
    expect(OPERATOR_BOND).toBeGreaterThanOrEqual(minOperatorBond)
  })

  it('pay an answer to the court, and do not feed the liar that answers the search for its lie', () => {
    expect((unitBond * GAS_OF_A_TOKEN) / parseEther('1')).toBeGreaterThanOrEqual(BOND_GAS)
    expect(penalty - bounty).toBeGreaterThanOrEqual(SEARCH_UNITS * unitBond)
  })

  it('leave time to answer the court', () => {
    expect(flags.challenge).toBeGreaterThanOrEqual(8 * FULL_COURT_WINDOW)
  })

  it('are those of docs/economics.md', () => {
    const rows: [string, bigint][] = [
      ['reward of a round, R', reward],
      ['rewards that lies can take at once, 64 · R', 64n * reward],
      ['false-claim penalty, P', penalty],
      ['burned of it, 0.8 · P', penalty - bounty],
      ['bounty of the sender of the proof, 0.2 · P', bounty],
      ['minimum that an operator puts at risk in a task', minOperatorBond],
      ['bond of a unit of a request to the court', unitBond],
      ['bonds that a search for a lie brings at most, 256 units', SEARCH_UNITS * unitBond],
    ]
    const table = ['| what | tokens |', '|---|---|', ...rows.map(([what, wei]) => `| ${what} | ${formatEther(wei)} |`)].join('\n')
    const page = readFileSync(new URL('../../../docs/economics.md', import.meta.url), 'utf8')
    expect(page.split('<!-- defaults -->')[1]!.split('<!-- /defaults -->')[0]!.trim()).toBe(table)
  })
})
