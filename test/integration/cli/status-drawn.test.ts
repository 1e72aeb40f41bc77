import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readCommittee, readCurrentRound, readSeedHeader, storeSeed } from '../../../src/chain/index.ts'
import { enrol, hotSender, openTask, startTestChain, TASK_SPEC } from '../chain/harness.ts'
import type { TestChain } from '../chain/harness.ts'
import { runCommandLine } from '../../support/cli/run-quorate.ts'

let on: TestChain
let task: bigint

interface Status {
  committee: number
  seed: string | null
  members: { member: string; stake: string; drawn: boolean | null; weight: string | null }[]
}

async function run(...args: string[]): Promise<string> {
  const chain = ['--rpc', on.anvil.rpcUrl, '--ledger', on.contracts.ledger, '--task', String(task)]
  return (await runCommandLine('status', ...chain, ...args)).stdout
}

const status = async (): Promise<Status> => JSON.parse(await run('--json')) as Status

beforeAll(async () => {
  on = await startTestChain({ mining: 'automine' })
  await enrol(on, 1, 'operator')
  for (const index of [2, 3, 4, 5, 6, 7, 8]) await enrol(on, index, 'member')
  task = await openTask(on, { spec: { ...TASK_SPEC, committee: 2 } })
})
afterAll(async () => on[Symbol.asyncDispose]())

describe('quorate status of a task that draws its members', () => {
  it('says that nobody is drawn yet, and of which block the seed is', async () => {
    const { openedBlock } = await readCurrentRound(on.chain, { ledger: on.contracts.ledger, task })
    const text = await run()
    expect(text).toMatch(/^Members {2}drawn for each round: a committee of size 2$/m)
    expect(text).toMatch(`Drawn: nobody yet, because the seed is not stored; it is the randomness of block ${openedBlock + 4}\n`)
    const { committee, seed, members } = await status()
    expect([committee, seed]).toEqual([2, null])
    expect(members.map(({ drawn, weight }) => [drawn, weight])).toEqual(members.map(() => [null, null]))
  })

  it('shows the seed, and each member with the weight that it was drawn with, or that it was not drawn', async () => {
    const { chain, contracts } = on
    const { ledger, vault } = contracts
    await on.test.mine({ blocks: 4 })
    const open = await readCurrentRound(chain, { ledger, task })
    await storeSeed(hotSender(on, 2), { ledger, task, round: 1n, header: await readSeedHeader(chain, open) })
    const current = await readCurrentRound(chain, { ledger, task })
    const { members: drawn, candidates } = await readCommittee(chain, { vault, ...current })
    const weights = new Map(drawn.map(({ member, stake }) => [member, String(stake)]))
    const { seed, members } = await status()
    expect(seed).toBe(current.seed)
    expect(members.map(({ member, stake, drawn: isDrawn, weight }) => ({ member, stake, drawn: isDrawn, weight }))).toEqual(
      candidates.map(({ member, stake }) => ({
        member,
        stake: String(stake),
        drawn: weights.has(member),
        weight: weights.get(member) ?? null,
      })),
    )
    const text = await run()
    expect(text).toMatch(`Drawn: ${drawn.length} members by the seed ${seed}\n`)
    expect(text.match(/ not drawn /g) ?? []).toHaveLength(candidates.length - drawn.length)
  })
})
