import { keccak256, parseEther, stringToBytes } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import type { PrivateKeyAccount } from 'viem/accounts'
import { lowerHex } from '../../src/protocol/index.ts'
import type { Address, Hex } from '../../src/protocol/index.ts'

/** Somebody with stake. Honest ones follow the rules of nodes; the others are one mind that may sign anything. */
export interface Person {
  name: string
  role: 'member' | 'operator'
  honest: boolean
  /** Lower case. */
  owner: Address
  /** Token wei. */
  stake: bigint
}

const person = (name: string, role: Person['role'], honest: boolean, tokens: number): Person => ({
  name,
  role,
  honest,
  owner: lowerHex(privateKeyToAccount(keccak256(stringToBytes(`${name} owner`))).address),
  stake: parseEther(String(tokens)),
})

/**
 * The members in slot order. The Byzantine ones hold a fifth of all stake: a quarter, which is the tolerance of the task, of what is sealed while one honest
 * member at most is away.
 */
export const MEMBERS: readonly Person[] = [
  person('h0', 'member', true, 2000),
  person('b0', 'member', false, 1100),
  person('h1', 'member', true, 1800),
  person('h2', 'member', true, 1600),
  person('b1', 'member', false, 900),
  person('h3', 'member', true, 1400),
  person('h4', 'member', true, 1200),
]

export const OPERATORS: readonly Person[] = [
  person('o0', 'operator', true, 1000),
  person('o1', 'operator', true, 1000),
  person('x0', 'operator', false, 1000),
  person('x1', 'operator', false, 1000),
  person('x2', 'operator', false, 1000),
  person('x3', 'operator', false, 1000),
]

export const CAST: readonly Person[] = [...MEMBERS, ...OPERATORS]

/** Row in the ledger: accounts join in the order of the cast. */
export function slotOf(owner: Address): number {
  return CAST.findIndex((one) => one.owner === lowerHex(owner))
}

export function personOf(owner: Address): Person | undefined {
  return CAST.find((one) => one.owner === lowerHex(owner))
}

const keys = new Map<string, PrivateKeyAccount>()

const secretOf = (name: string, turn: number): Hex => keccak256(stringToBytes(`${name} key ${turn}`))

/** The hot keys of a person, in the order in which they are registered. */
export function keyOf(name: string, turn = 0): PrivateKeyAccount {
  const seed = `${name} key ${turn}`
  const known = keys.get(seed) ?? privateKeyToAccount(secretOf(name, turn))
  keys.set(seed, known)
  return known
}

const byAddress = new Map<string, { address: Address; secret: Hex }>()

/** The signing key behind an address of the cast; the first sixteen of each person are known. */
export function accountOf(address: Address): { address: Address; secret: Hex } {
  if (byAddress.size === 0)
    for (const { name } of CAST)
      for (let turn = 0; turn < 16; turn++) {
        const key = lowerHex(keyOf(name, turn).address)
        byAddress.set(key, { address: key, secret: secretOf(name, turn) })
      }
  return byAddress.get(lowerHex(address))!
}
