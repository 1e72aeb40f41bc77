import { keccak256, stringToBytes } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'

type Key = ReturnType<typeof privateKeyToAccount>

const known = new Map<string, Key>()

/** `makeAddrAndKey(name)` of the forge tests. */
export function accountOf(name: string): Key {
  let account = known.get(name)
  if (!account) known.set(name, (account = privateKeyToAccount(keccak256(stringToBytes(name)))))
  return account
}

/**
 * The operator key of a member of the forge fixture.
 *
 * @param version how often the member has registered another key
 */
export function memberKey(slot: number, version = 0): Key {
  return accountOf(`m${slot} key${version === 0 ? '' : ` ${version}`}`)
}

export const OPERATOR_KEY: Key = accountOf('operator key')
export const OPERATOR_OWNER = accountOf('operator owner').address
