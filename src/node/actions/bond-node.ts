import { allocate, bond, NO_SLOT, readAccount, readVault, registerKeys, releaseStake, signKeyConsent } from '../../chain/index.ts'
import type { Contracts, StakeAccount, TransactionSender } from '../../chain/index.ts'
import { peerKeyFromSeed } from '../../network/peer-key.ts'
import { fromHex, sameAddress } from '../../protocol/index.ts'
import type { Hash } from '../../protocol/index.ts'
import { accountOf } from '../../account/index.ts'
import type { AccountKey } from '../../account/index.ts'

export interface BondNodeParameters {
  contracts: Contracts
  task: bigint
  /** Token wei to add to the free bond; 0 only registers keys. */
  amount: bigint
  operatorKey: AccountKey
  peerSeed: Hash
  signal?: AbortSignal
}

/**
 * Bonds tokens and registers the node's keys, signed by the owner's account (`sender`). Repeating it adds to the bond and rotates keys that changed; keys that
 * are registered are left alone. The bond is at risk in no task before `joinTask`.
 *
 * @throws QuorateError TOKEN_BALANCE_TOO_LOW, INSUFFICIENT_FUNDS, TRANSACTION_REVERTED
 */
export async function bondNode(sender: TransactionSender, parameters: BondNodeParameters): Promise<StakeAccount> {
  const { contracts, task, amount, peerSeed, signal } = parameters
  const { vault, token } = contracts
  const operator = accountOf(parameters.operatorKey)
  const peerKey = await peerKeyFromSeed(fromHex(peerSeed))
  if (amount > 0n) await bond(sender, { vault, token, amount, signal })
  const account = await readAccount(sender.chain, { vault, task, owner: sender.address, signal })
  if (!sameAddress(account.operatorKey, operator.address) || account.peerKey !== peerKey) {
    const consent = await signKeyConsent({
      chainId: sender.chain.chainId,
      vault,
      owner: sender.address,
      peerKey,
      account: operator,
    })
    await registerKeys(sender, { vault, operatorKey: operator.address, peerKey, consent, signal })
  }
  return readAccount(sender.chain, { vault, task, owner: sender.address, signal })
}

export interface JoinTaskParameters extends BondNodeParameters {
  role: 'member' | 'operator'
}

/**
 * Puts `amount` more of the owner's stake at risk in a task, and registers the node's keys. What the free bond lacks for it is bonded first; the first
 * allocation costs the joining fee on top. An earlier leave that has ended is released first.
 *
 * @throws QuorateError TOKEN_BALANCE_TOO_LOW, STAKE_TOO_LOW, INSUFFICIENT_FUNDS, TRANSACTION_REVERTED
 */
export async function joinTask(sender: TransactionSender, parameters: JoinTaskParameters): Promise<StakeAccount> {
  const { contracts, task, role, amount, signal } = parameters
  const { vault } = contracts
  const { chain, address: owner } = sender
  const [before, { joiningFee }, { timestamp }] = await Promise.all([
    readAccount(chain, { vault, task, owner, signal }),
    readVault(chain, { vault, signal }),
    chain.publicClient.getBlock(),
  ])
  const ended = before.freeAt !== 0 && before.freeAt <= Number(timestamp)
  if (ended) await releaseStake(sender, { vault, task, signal })
  const free = before.free + (ended ? before.allocated : 0n)
  const fee = before.slot === NO_SLOT && amount > 0n ? joiningFee : 0n
  const lacking = amount + fee > free ? amount + fee - free : 0n
  const account = await bondNode(sender, { ...parameters, amount: lacking })
  if (amount === 0n) return account
  await allocate(sender, { vault, task, role, amount, signal })
  return readAccount(chain, { vault, task, owner, signal })
}
