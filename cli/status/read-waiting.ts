import { describeStart, readAccounts, readVault, startProgress } from '../../src/chain/index.ts'
import type { Chain, Contracts, StartProgress, Task } from '../../src/chain/index.ts'
import { formatAmount } from '../../src/config/index.ts'
import type { Address } from '../../src/protocol/index.ts'

/** A task that has not started: the missing condition, and the accounts that have joined. */
export interface WaitingStatus extends StartProgress {
  /** Registered members; `counts` says whether the bond is enough. */
  joined: { member: Address; bonded: bigint; counts: boolean }[]
  minBond: bigint
}

/** What a task waits for before its first round. */
export async function readWaiting(
  chain: Chain,
  { contracts, task, fromBlock }: { contracts: Pick<Contracts, 'vault'>; task: Task; fromBlock: bigint },
): Promise<WaitingStatus> {
  const { vault } = contracts
  const blockNumber = await chain.publicClient.getBlockNumber()
  const [accounts, { minBond }] = await Promise.all([
    readAccounts(chain, { vault, fromBlock, blockNumber }),
    readVault(chain, { vault }),
  ])
  const registered = accounts.filter(({ role }) => role === 'member')
  return {
    ...startProgress(registered, task),
    joined: registered.map(({ owner, bonded, eligible }) => ({ member: owner, bonded, counts: eligible > 0n })),
    minBond,
  }
}

/** The same in lines. */
export function waitingLines(task: Task, status: WaitingStatus): string[] {
  return [
    `Task ${task.task} has not started: ${describeStart(status)}`,
    `Operator ${task.operator}`,
    `Rewards: ${formatAmount(task.funded)} funded`,
    '',
    'member                                      bonded       counts',
    ...status.joined.map(
      ({ member, bonded, counts }) =>
        `${member}  ${formatAmount(bonded).padEnd(11)}  ${counts ? 'yes' : `no, the minimum bond is ${formatAmount(status.minBond)}`}`,
    ),
  ]
}
