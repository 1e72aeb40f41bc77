import { bytesToHex } from 'viem'
import { mnemonicToAccount, privateKeyToAccount } from 'viem/accounts'
import type { PrivateKeyAccount } from 'viem/accounts'
import type { Address, Hex } from '../../protocol/types.ts'

/** The mnemonic every Ethereum development node funds by default. Public: never use these keys on a real chain. */
export const DEV_MNEMONIC = 'test test test test test test test test test test test junk'

export interface DevAccount {
  address: Address
  privateKey: Hex
  account: PrivateKeyAccount
}

/**
 * The first `count` accounts of the development mnemonic (BIP-44 path m/44'/60'/0'/0/i), which `startAnvil` funds.
 *
 * @example
 * const [deployer, operator] = devAccounts(2)
 */
export function devAccounts(count: number, mnemonic: string = DEV_MNEMONIC): DevAccount[] {
  return Array.from({ length: count }, (_, addressIndex) => {
    const privateKey = bytesToHex(mnemonicToAccount(mnemonic, { addressIndex }).getHdKey().privateKey!)
    return { address: privateKeyToAccount(privateKey).address, privateKey, account: privateKeyToAccount(privateKey) }
  })
}
