import { readFile } from 'node:fs/promises'
import { readOwnerOfKey } from '../src/chain/index.ts'
import type { Chain, Contracts } from '../src/chain/index.ts'
import { loadKey } from '../src/config/index.ts'
import type { MemberConfig } from '../src/config/index.ts'
import { QuorateError } from '../src/core/index.ts'
import { peerKeyFromSeed } from '../src/network/index.ts'
import { accountOf, modelOfBytes, openAccountKey } from '../src/node/index.ts'
import type { ModelName, VerifiedModel } from '../src/node/index.ts'
import { fromHex, paddedLength, specHash } from '../src/protocol/index.ts'
import { createCoordinatorClient } from '../src/rpc/index.ts'
import { askTask, requireTask, signSession } from './join-coordinator.ts'

export interface FetchModelNeeds {
  chain: Chain
  contracts: Pick<Contracts, 'vault'>
  config: Pick<MemberConfig, 'chain' | 'keys' | 'coordinator'>
  signal: AbortSignal
}

/**
 * Downloads a model by its root from the operators that a member's configuration names, in turn. A false model is not taken.
 *
 * @throws QuorateError the error of the last operator: BLOB_NOT_FOUND when it does not keep the model any more, COORDINATOR_UNREACHABLE, CERTIFICATE_UNTRUSTED, SPEC_MISMATCH, MODEL_MISMATCH
 */
export async function fetchModel(name: ModelName, { chain, contracts, config, signal }: FetchModelNeeds): Promise<VerifiedModel> {
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
      // A command does not wait for an operator that is away.
      const once = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)])
      const offer = await askTask(client, { domain, signal: once }).catch((error: unknown) => {
        if (!once.aborted || signal.aborted) throw error
        throw new QuorateError('COORDINATOR_UNREACHABLE', `the coordinator ${address} does not answer`, { cause: error })
      })
      requireTask(name.task, offer.task)
      if (specHash(offer.spec) !== name.specHash)
        throw new QuorateError('SPEC_MISMATCH', `the specification of ${address} is not the one that the chain names`)
      const maxBytes = 4 * paddedLength(offer.spec)
      return modelOfBytes(offer, await client.getBlob(fromHex(name.modelRoot), { signal, maxBytes }), name.modelRoot)
    } catch (error) {
      signal.throwIfAborted()
      failure = error
    } finally {
      client.close()
    }
  }
  throw failure
}

/** How long an operator may take to say which task it serves, ms. */
const ANSWER_MS = 15_000

async function certificate(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: unknown) => {
    throw new QuorateError('CONFIG_INVALID', `the coordinator certificate ${path} cannot be read`, { cause, details: { path } })
  })
}
