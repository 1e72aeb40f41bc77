import type { PrivateKeyAccount } from 'viem/accounts'
import { accountFromKey, bond, readAccount, registerKeys, signKeyConsent } from '../../chain/index.ts'
import type { Contracts, StakeAccount, TransactionSender } from '../../chain/index.ts'
import { peerKeyFromSeed } from '../../network/index.ts'
import { fromHex, sameAddress } from '../../protocol/index.ts'
import type { Hash } from '../../protocol/index.ts'

export interface BondNodeParameters {
  contracts: Contracts
  role: 'member' | 'operator'
  /** Token wei to add to the bond; 0 only registers keys. */
  amount: bigint
  operatorKey: Hash
  peerSeed: Hash
  signal?: AbortSignal
}

/**
 * Bonds stake and registers the node's keys, signed by the owner's account (`sender`). Repeating it adds to the bond and rotates keys that changed; what already
 * holds is left alone.
 *
 * @throws QuorateError TOKEN_BALANCE_TOO_LOW, STAKE_TOO_LOW, INSUFFICIENT_FUNDS, TRANSACTION_REVERTED
 */
export async function bondNode(sender: TransactionSender, parameters: BondNodeParameters): Promise<StakeAccount> {
  const { contracts, role, amount, peerSeed, signal } = parameters
  const { vault, token } = contracts
  const operator: PrivateKeyAccount = accountFromKey(parameters.operatorKey)
  const peerKey = await peerKeyFromSeed(fromHex(peerSeed))
  if (amount > 0n) await bond(sender, { vault, token, amount, role, signal })
  const account = await readAccount(sender.chain, { vault, owner: sender.address, signal })
  if (!sameAddress(account.operatorKey, operator.address) || account.peerKey !== peerKey) {
    const consent = await signKeyConsent({
      chainId: sender.chain.chainId,
      vault,
      owner: sender.address,
      peerKey,
      account: operator,
    })
    await registerKeys(sender, { vault, operatorKey: operator.address, peerKey, role, consent, signal })
  }
  return readAccount(sender.chain, { vault, owner: sender.address, signal })
}
