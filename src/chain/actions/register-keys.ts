import type { LocalAccount } from 'viem'
import type { Address, Hash, Hex } from '../../protocol/types.ts'
import { stakeVaultAbi } from '../abi/index.ts'
import type { Contracts } from '../contracts.ts'
import type { TransactionResult, TransactionSender, WriteOptions } from '../transactions/transaction-sender.ts'

export interface KeyConsentParameters {
  chainId: number
  vault: Contracts['vault']
  owner: Address
  peerKey: Hash
  /** The operator key, which agrees to act for the owner. */
  account: Pick<LocalAccount, 'signTypedData'>
}

/**
 * The operator key's agreement to act for an owner: an EIP-712 signature over `KeyConsent(address owner,bytes32 peerKey)` in the vault's
 * domain, 65 bytes. Made where the hot key lives, so that the owner key can stay cold.
 */
export async function signKeyConsent({ chainId, vault, owner, peerKey, account }: KeyConsentParameters): Promise<Hex> {
  return account.signTypedData({
    domain: { name: 'Quorate', version: '2', chainId, verifyingContract: vault },
    types: {
      KeyConsent: [
        { name: 'owner', type: 'address' },
        { name: 'peerKey', type: 'bytes32' },
      ],
    },
    primaryType: 'KeyConsent',
    message: { owner, peerKey },
  })
}

export interface RegisterKeysParameters extends WriteOptions {
  vault: Contracts['vault']
  operatorKey: Address
  /** Raw ed25519 public key behind the libp2p peer id. */
  peerKey: Hash
  /** From `signKeyConsent`. */
  consent: Hex
}

/**
 * Registers or rotates the keys of the sender's account, which speak for it in every task. Sender: the owner key.
 *
 * Errors: TRANSACTION_REVERTED with `KeyTaken`, `PeerTaken` or `ConsentMismatch`, and those of every write.
 *
 * @example
 * const consent = await signKeyConsent({ chainId, vault, owner: sender.address, peerKey, account: hot })
 * await registerKeys(sender, { vault, operatorKey: hot.address, peerKey, consent })
 */
export async function registerKeys(sender: TransactionSender, parameters: RegisterKeysParameters): Promise<TransactionResult> {
  const { vault, operatorKey, peerKey, consent, signal } = parameters
  const args = [operatorKey, peerKey, consent] as const
  const doing = `register the keys of ${sender.address}`
  return sender.write({ doing, to: vault, abi: stakeVaultAbi, functionName: 'registerKeys', args, signal })
}
