import { recoverPublicKey } from 'viem'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { toHex } from '../src/protocol/index.ts'
import type { Hash } from '../src/protocol/index.ts'
import { KnownKeys } from '../src/protocol/statements/known-keys.ts'
import { measure } from './measure.ts'

/** Milliseconds of processor time of one check. */
export interface SignaturesReport {
  /** The key is recovered from the signature. */
  recovered: number
  /** The key is known. */
  known: number
  /** The first check with a key: recovery and its table. */
  learnt: number
}

const COUNT = 50

/** What checking the signature of a statement costs. */
export async function benchSignatures(budget: number): Promise<SignaturesReport> {
  const [account, other] = [privateKeyToAccount(generatePrivateKey()), privateKeyToAccount(generatePrivateKey())]
  const hashes = Array.from({ length: COUNT }, (): Hash => toHex(crypto.getRandomValues(new Uint8Array(32))))
  const signed = await Promise.all(hashes.map(async (hash) => ({ hash, signature: await account.sign({ hash }) })))
  const { address, publicKey } = account
  const keys = new KnownKeys()
  keys.learn(address, publicKey)
  const recovery = await measure(async () => {
    for (const one of signed) if ((await recoverPublicKey(one)) !== publicKey) throw new Error('recovered another key')
  }, budget)
  const known = await measure(() => {
    for (const { hash, signature } of signed)
      if (!keys.verifies(hash, signature, address)) throw new Error('a signature was refused')
  }, budget)
  // Each pushes the other out.
  const one = new KnownKeys(1)
  const tables = await measure(() => {
    for (const learnt of [account, other]) one.learn(learnt.address, learnt.publicKey)
  }, budget)
  const recovered = recovery.cpu / COUNT
  return { recovered, known: known.cpu / COUNT, learnt: recovered + tables.cpu / 2 }
}
