import type { LocalAccount } from 'viem'
import { accountOf } from '../account/index.ts'
import type { AccountKey } from '../account/index.ts'
import type { StartSteps } from './start-steps.ts'

/** What signs with a key, at the start of a node: it waits until the signer answers and has the key. */
export async function readyAccount(key: AccountKey, steps: Pick<StartSteps, 'step'>): Promise<LocalAccount> {
  if (typeof key !== 'string') await steps.step('the signer', async (signal) => key.check(signal))
  return accountOf(key)
}
