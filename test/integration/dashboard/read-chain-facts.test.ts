import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { clientOfUrl } from '../../../dashboard/chain/chain-client.ts'
import type { ChainClient } from '../../../dashboard/chain/chain-client.ts'
import { readChainFacts } from '../../../dashboard/chain/read-chain-facts.ts'
import type { ReadFacts } from '../../../dashboard/chain/read-chain-facts.ts'
import { claimHash, RING, specHash, ZERO_HASH } from '../../../src/protocol/index.ts'
import type { Hash } from '../../../src/protocol/index.ts'
import {
  claimOn,
  enrol,
  genesis,
  hash,
  hotSender,
  openTask,
  sealAndPost,
  startTestChain,
  TASK_SPEC,
  WINDOWS,
} from '../chain/harness.ts'
import type { TestChain } from '../chain/harness.ts'

let on: TestChain
let client: ChainClient
let task: bigint
/** By round. */
const claims = new Map<bigint, Hash>()

/** While a round takes commitments, the claim before it becomes final. */
const SLOW = { ...WINDOWS, commit: WINDOWS.challenge + 60 }

/** Posts the next claim; the one before it is final then. */
async function post(): Promise<void> {
  const round = BigInt(claims.size + 1)
  const parent = claims.get(round - 1n) ?? claimHash(task, 0n, genesis)
  await on.pass(SLOW.commit)
  const claim = claimOn(parent, { modelRoot: hash(`model ${round}`) })
  await sealAndPost(hotSender(on, 1), { ledger: on.contracts.ledger, task, round, claim })
  claims.set(round, claimHash(task, round, claim))
}

const read = async (round: bigint, named = claims.get(round) ?? ZERO_HASH): Promise<ReadFacts> =>
  readChainFacts(client, { ledger: on.contracts.ledger, task, round, claimHash: named, fromBlock: 0n })

beforeAll(async () => {
  on = await startTestChain({ mining: 'automine' })
  client = clientOfUrl(on.anvil.rpcUrl, on.anvil.chainId)
  await enrol(on, 1, 'operator')
  task = await openTask(on, { windows: SLOW })
}, 300_000)
afterAll(async () => on[Symbol.asyncDispose]())

describe('what the browser reads of a claim by itself', { timeout: 600_000 }, () => {
  it('is what the ledger names, and whether it is final, whatever the node says', async () => {
    await post()
    const own = { claimHash: claims.get(1n), specHash: specHash(TASK_SPEC), from: 'ring' }
    expect(await read(1n)).toEqual({ ...own, final: false })
    // The node may lie about the hash: the ledger still keeps it.
    expect(await read(1n, hash('another claim'))).toMatchObject(own)
    await post()
    expect(await read(1n)).toEqual({ ...own, final: true })
  })

  it('is refused for a round that has no claim, and on another chain', async () => {
    await expect(read(3n)).rejects.toThrow('the ledger has no claim for round 3')
    const other = clientOfUrl(on.anvil.rpcUrl, 1)
    const { ledger } = on.contracts
    const asked = readChainFacts(other, { ledger, task, round: 1n, claimHash: claims.get(1n)!, fromBlock: 0n })
    await expect(asked).rejects.toThrow(`this is chain ${on.anvil.chainId}; the task is on chain 1`)
  })

  it('comes from an event once the ledger has forgotten the claim, and only for a hash that was posted', async () => {
    while (claims.size <= RING + 1) await post()
    expect(await read(1n)).toEqual({ claimHash: claims.get(1n), specHash: specHash(TASK_SPEC), from: 'event', final: true })
    await expect(read(1n, hash('another claim'))).rejects.toThrow('no event of the ledger shows')
    // The right hash of another round is no claim of this one.
    await expect(read(1n, claims.get(3n))).rejects.toThrow('no event of the ledger shows')
  })
})
