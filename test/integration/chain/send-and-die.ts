/**
 * A process that posts a claim and is killed: before the bytes leave (`begin`) or while it waits for the receipt (`wait`).
 * Run by transaction-sender.test.ts with real anvil and a real journal; arguments: JSON.
 */
import { openJournal } from '../../../src/storage/index.ts'
import { TransactionSender, accountFromKey, connectChain, storedTransactionJournal } from '../../../src/chain/index.ts'
import type { TransactionJournal } from '../../../src/chain/index.ts'
import { sealAndPost } from './harness.ts'
import { silentLogger } from '../../../src/core/index.ts'
import type { Address, Claim } from '../../../src/protocol/index.ts'

interface Arguments {
  rpcUrl: string
  chainId: number
  key: string
  folder: string
  ledger: Address
  claim: Claim
  die: 'begin' | 'wait'
}

const revive = (_: string, value: unknown) =>
  typeof value === 'string' && /^\d+n$/.test(value) ? BigInt(value.slice(0, -1)) : value
const { rpcUrl, chainId, key, folder, ledger, claim, die } = JSON.parse(process.argv[2]!, revive) as Arguments

const chain = await connectChain({ rpcUrl, chainId, logger: silentLogger, pollingIntervalMs: 20 })
const stored = storedTransactionJournal(openJournal(folder))
const journal: TransactionJournal = {
  ...stored,
  async begin(intent) {
    await stored.begin(intent)
    if (die === 'begin') process.kill(process.pid, 'SIGKILL')
  },
}
const sender = new TransactionSender({ chain, account: accountFromKey(key), journal })
await sealAndPost(sender, { ledger, task: 1n, round: 1n, claim })
