import { expect, it } from 'vitest'
import { describeEmpty } from '../../../cli/status/read-waiting.ts'

const ETHER = 10n ** 18n
const unit = { symbol: 'TOKEN', decimals: 18 }
const joined = { members: 3, minMembers: 3, stake: 300n * ETHER, minStake: 0n, enough: true }
const task = { funded: 70n * ETHER, rewardPerRound: 10n * ETHER, stopped: false, judgeRetired: false }

it('names the missing reward of a task whose rewards are used up', () => {
  expect(describeEmpty(task, { earned: 69n * ETHER, waiting: joined, unit })).toMatch(
    /its rewards are used up: 9.* more are needed for the next round/,
  )
})

it('names what else a funded task waits for', () => {
  const waiting = { ...joined, members: 2, enough: false }
  expect(describeEmpty(task, { earned: 60n * ETHER, waiting: joined, unit })).toMatch(/waiting for an operator/)
  expect(describeEmpty(task, { earned: 69n * ETHER, waiting, unit })).toMatch(/waiting for members: 2 of 3/)
})

it('says that a task opens no round any more', () => {
  expect(describeEmpty({ ...task, stopped: true }, { earned: 0n, waiting: joined, unit })).toBe('it was stopped')
  expect(describeEmpty({ ...task, judgeRetired: true }, { earned: 0n, waiting: joined, unit })).toBe('its judge was retired')
})
