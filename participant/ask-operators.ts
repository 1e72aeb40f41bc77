import { readFile } from 'node:fs/promises'
import { readOwnerOfKey } from '../src/chain/index.ts'
import type { Chain, Contracts } from '../src/chain/index.ts'
import { loadKey } from '../src/config/index.ts'
import type { MemberConfig } from '../src/config/index.ts'
import { QuorateError } from '../src/core/index.ts'
import { peerKeyFromSeed } from '../src/network/index.ts'
import { accountOf, openAccountKey } from '../src/account/index.ts'
import { fromHex, specHash } from '../src/protocol/index.ts'
import type { Hash } from '../src/protocol/index.ts'
import { createCoordinatorClient } from '../src/rpc/index.ts'
import type { CoordinatorClient } from '../src/rpc/index.ts'
import { askTask, requireTask, signSession } from './join-coordinator.ts'
import type { TaskOffer } from './join-coordinator.ts'

export interface AskOperatorsNeeds {
  chain: Chain
  contracts: Pick<Contracts, 'vault'>
  config: Pick<MemberConfig, 'chain' | 'keys' | 'coordinator'>
  /** What the operator must serve. */
  task: bigint
  specHash: Hash
  signal: AbortSignal
}

/** How long an operator may take to say which task it serves, ms. A command does not wait for an operator that is away. */
const ANSWER_MS = 15_000

/**
 * Asks the operators that a member's configuration names, in turn, until one has what is asked for.
 *
 * @param ask opens a session with its first call that needs one; what it throws leads to the next operator
 * @throws QuorateError the error of the last operator: COORDINATOR_UNREACHABLE, CERTIFICATE_UNTRUSTED, SPEC_MISMATCH, or that of `ask`
 */
export async function askOperators<T>(
  { chain, contracts, config, task, specHash: named, signal }: AskOperatorsNeeds,
  ask: (client: Pick<CoordinatorClient, 'getBlob'>, offer: TaskOffer) => Promise<T>,
): Promise<T> {
  const { chainId, ledger } = config.chain
  const domain = { chainId, ledger }
  const account = accountOf(await openAccountKey(config.keys.operator))
  const member = await readOwnerOfKey(chain, { vault: contracts.vault, operatorKey: account.address, signal })
  const peerKey = await peerKeyFromSeed(fromHex(await loadKey(config.keys.peer)))
  let failure: unknown
  for (const { address, ca } of config.coordinator) {
    const client = createCoordinatorClient({
      address,
      tls: { ca: await certificate(ca) },
      signJoin: async (target) => signSession(domain, target, { member, peerKey, account, record: new Uint8Array() }),
    })
    try {
      const once = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)])
      const offer = await askTask(client, { domain, signal: once }).catch((error: unknown) => {
        if (!once.aborted || signal.aborted) throw error
        throw new QuorateError('COORDINATOR_UNREACHABLE', `the coordinator ${address} does not answer`, { cause: error })
      })
      requireTask(task, offer.task)
      if (specHash(offer.spec) !== named)
        throw new QuorateError('SPEC_MISMATCH', `the specification of ${address} is not the one that the chain names`)
      return await ask(client, offer)
    } catch (error) {
      signal.throwIfAborted()
      failure = error
    } finally {
      client.close()
    }
  }
  throw failure
}

async function certificate(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: unknown) => {
    throw new QuorateError('CONFIG_INVALID', `the coordinator certificate ${path} cannot be read`, { cause, details: { path } })
  })
}
