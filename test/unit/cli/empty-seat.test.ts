import { expect, it } from 'vitest'
import { describeEmpty } from '../../../cli/status/read-waiting.ts'

const ETHER = 10n ** 18n
const joined = { members: 3, minMembers: 3, stake: 300n * ETHER, minStake: 0n, enough: true }
const task = { funded: 70n * ETHER, rewardPerRound: 10n * ETHER }

it('names the missing reward of a task whose rewards are used up', () => {
  expect(describeEmpty(task, 69n * ETHER, joined)).toMatch(/its rewards are used up: 9.* more are needed for the next round/)
})

it('names what else a funded task waits for', () => {
  expect(describeEmpty(task, 60n * ETHER, joined)).toMatch(/waiting for an operator/)
  expect(describeEmpty(task, 69n * ETHER, { ...joined, members: 2, enough: false })).toMatch(/waiting for members: 2 of 3/)
})
