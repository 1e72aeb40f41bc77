import {
  checkJudge,
  connectChain,
  findContracts,
  readAccount,
  readMinimum,
  readOwnerOfKey,
  readTask,
  readToken,
} from '../../src/chain/index.ts'
import type { Chain, Task } from '../../src/chain/index.ts'
import { formatAmount, formatTokens, isQuorateError, NATIVE, silentLogger } from '../../src/core/index.ts'
import { peerKeyFromSeed } from '../../src/network/index.ts'
import { accountOf } from '../../src/account/index.ts'
import { fromHex } from '../../src/protocol/index.ts'
import { fault, faultOf, note, ok } from './finding.ts'
import type { DoctorFinding } from './finding.ts'
import type { FoundKeys } from './keys.ts'
import type { NodeConfig } from '../../src/config/index.ts'

/** Gas of the dearest transaction that a node may have to send: a proof. */
const PROOF_GAS = 2_000_000n

/** What the chain says of the ledger, the task and the account of a node. */
export async function checkAccount(
  { role, chain: where, task }: Pick<NodeConfig, 'role' | 'chain' | 'task'>,
  { keys, signal }: { keys: FoundKeys; signal: AbortSignal },
): Promise<{ findings: DoctorFinding[]; task?: Task }> {
  const { rpcUrl, chainId, ledger } = where
  const findings: DoctorFinding[] = []
  let onChain: Task | undefined
  try {
    await using chain = await connectChain({ rpcUrl, chainId, logger: silentLogger, signal })
    const contracts = await findContracts(chain, { ledger, signal })
    findings.push(ok('contracts', `ledger ${ledger}`))
    onChain = await readTask(chain, { ledger, task: task.id, signal })
    findings.push(await checkRules(chain, onChain.judge, { task: task.id, signal }))
    if (onChain.stopped) findings.push(note('task', `task ${task.id} is stopped`, 'no round opens any more: claim and leave'))
    if (keys.operator === undefined) return { findings, task: onChain }
    const { vault, token } = contracts
    const { address } = accountOf(keys.operator)
    const [unit, balance, price] = await Promise.all([
      readToken(chain, { token, signal }),
      chain.publicClient.getBalance({ address }),
      chain.publicClient.getGasPrice(),
    ])
    const gas = `${formatAmount(balance, NATIVE)} of the chain's currency at ${address}`
    const fund = `send some to ${address}, or repeat join with --amount 0 --gas 0.1: it pays for forced commitments, posts and proofs`
    findings.push(
      balance === 0n
        ? fault('gas', gas, fund)
        : balance < PROOF_GAS * price
          ? note('gas', `${gas}: less than a proof costs`, fund)
          : ok('gas', gas),
    )
    const owner = await readOwnerOfKey(chain, { vault, operatorKey: address, signal })
    const [account, minimum] = await Promise.all([
      readAccount(chain, { vault, task: task.id, owner, signal }),
      readMinimum(chain, { vault, task: task.id, role, signal }),
    ])
    const join = `quorate ${role === 'member' ? 'member' : 'coordinator'} join --config FILE --amount`
    const peerKey = keys.peer && (await peerKeyFromSeed(fromHex(keys.peer)))
    findings.push(
      peerKey !== undefined && peerKey !== account.peerKey
        ? fault('registered keys', `the peer key of ${owner} on chain is another one than that of the configuration`, `${join} 0`)
        : ok('registered keys', `of ${owner}`),
      account.role !== role || account.allocated < minimum
        ? fault(
            'stake',
            `${owner} has ${formatTokens(account.role === role ? account.allocated : 0n, unit)} in task ${task.id} as ${role}, and the minimum is ${formatTokens(minimum, unit)}`,
            `${join} ${formatAmount(minimum, unit)}`,
          )
        : account.freeAt > 0
          ? note('stake', `${owner} has left task ${task.id}`, 'join again, or stop the node when the stake is free')
          : ok('stake', `${formatTokens(account.allocated, unit)} in task ${task.id}`),
    )
  } catch (error) {
    signal.throwIfAborted()
    // The check of each chain node has told of these.
    if (isQuorateError(error, 'RPC_UNREACHABLE') || isQuorateError(error, 'CHAIN_ID_MISMATCH')) return { findings }
    const name = isQuorateError(error, 'KEY_NOT_REGISTERED') ? 'registered keys' : onChain ? 'account' : 'contracts'
    findings.push(faultOf(name, error, 'check the ledger address'))
  }
  return { findings, ...(onChain && { task: onChain }) }
}

/** Whether the task's judge has the rules of this version. */
async function checkRules(
  chain: Chain,
  judge: Task['judge'],
  { task, signal }: { task: bigint; signal: AbortSignal },
): Promise<DoctorFinding> {
  try {
    await checkJudge(chain, { task, judge, signal })
    return ok('rules', 'the judge of the task has the rules of this version')
  } catch (error) {
    if (!isQuorateError(error, 'JUDGE_UNKNOWN')) throw error
    return faultOf('rules', error, 'run the version that founded the task')
  }
}
