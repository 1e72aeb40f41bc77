import { describeStart, readAccounts, readVault, startProgress } from '../../src/chain/index.ts'
import type { Chain, Contracts, StartProgress, Task } from '../../src/chain/index.ts'
import { formatAmount, formatTokens } from '../../src/core/index.ts'
import type { TokenUnit } from '../../src/core/index.ts'
import type { Address } from '../../src/protocol/index.ts'

/** A task without open round: the missing condition, and the accounts that have joined. */
export interface WaitingStatus extends StartProgress {
  /** Members that joined; `counts` says whether their stake in the task is enough, and they have not left. */
  joined: { member: Address; allocated: bigint; counts: boolean }[]
  minBond: bigint
}

/** What a task waits for before a round opens. */
export async function readWaiting(
  chain: Chain,
  { contracts, task, fromBlock }: { contracts: Pick<Contracts, 'vault'>; task: Task; fromBlock: bigint },
): Promise<WaitingStatus> {
  const { vault } = contracts
  const blockNumber = await chain.publicClient.getBlockNumber()
  const [accounts, { minBond }] = await Promise.all([
    readAccounts(chain, { vault, task: task.task, fromBlock, blockNumber }),
    readVault(chain, { vault }),
  ])
  const registered = accounts.filter(({ role }) => role === 'member')
  return {
    ...startProgress(registered, task),
    joined: registered.map(({ owner, allocated, eligible }) => ({ member: owner, allocated, counts: eligible > 0n })),
    minBond,
  }
}

/** Why no round is open. `earned`: rewards of the claims that stand, token wei. */
export function describeEmpty(
  task: Pick<Task, 'funded' | 'rewardPerRound' | 'stopped' | 'judgeRetired'>,
  { earned, waiting, unit }: { earned: bigint; waiting: StartProgress; unit: TokenUnit },
): string {
  if (task.stopped) return 'it was stopped'
  if (task.judgeRetired) return 'its judge was retired'
  const missing = earned + task.rewardPerRound - task.funded
  if (waiting.enough && missing > 0n) {
    return `its rewards are used up: ${formatTokens(missing, unit)} more are needed for the next round`
  }
  return describeStart(waiting, unit)
}

/** A task that has no claim yet, in lines. */
export function waitingLines(
  task: Task,
  status: WaitingStatus,
  { unit, facts }: { unit: TokenUnit; facts: readonly string[] },
): string[] {
  return [
    `Task ${task.task} has no open round: ${describeEmpty(task, { earned: 0n, waiting: status, unit })}`,
    ...facts,
    `Operator ${task.operator}`,
    `Rewards: ${formatTokens(task.funded, unit)} funded`,
    '',
    'member                                      in the task  counts',
    ...status.joined.map(
      ({ member, allocated, counts }) =>
        `${member}  ${formatAmount(allocated, unit).padEnd(11)}  ${counts ? 'yes' : `no: it left, or has less than ${formatTokens(status.minBond, unit)}`}`,
    ),
  ]
}
