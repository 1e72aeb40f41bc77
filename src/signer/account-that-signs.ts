import {
  concat,
  domainSeparator,
  getTypesForEIP712Domain,
  hashStruct,
  parseSignature,
  serializeTransaction,
  toPrefixedMessage,
} from 'viem'
import type { LocalAccount, TypedDataDefinition } from 'viem'
import { toAccount } from 'viem/accounts'
import type { Address, Hex } from '../protocol/index.ts'

/**
 * An account of viem over a function that signs the keccak256 of bytes. A signer is sent the bytes and no digest, so that it may look at what it signs.
 *
 * @param signData 65 bytes: r, s, v
 */
export function accountThatSigns(address: Address, signData: (data: Hex) => Promise<Hex>): LocalAccount {
  return toAccount({
    address,
    async sign({ hash, data }: { hash: Hex; data?: Hex }) {
      if (data === undefined) throw new TypeError(`the signer of ${address} signs data, and not the bare digest ${hash}`)
      return signData(data)
    },
    async signMessage({ message }) {
      return signData(toPrefixedMessage(message))
    },
    async signTransaction(transaction, { serializer = serializeTransaction } = {}) {
      const signature = await signData(await serializer(transaction))
      return serializer(transaction, parseSignature(signature))
    },
    async signTypedData(typed) {
      return signData(typedDataBytes(typed as unknown as TypedDataDefinition))
    },
  })
}

/** What the digest of EIP-712 is the hash of. */
function typedDataBytes({ domain = {}, types, primaryType, message }: TypedDataDefinition): Hex {
  const all = { EIP712Domain: getTypesForEIP712Domain({ domain }), ...types }
  const separator = domainSeparator({ domain })
  const struct = hashStruct({ data: message, primaryType, types: all })
  return concat(['0x1901', separator, struct])
}
