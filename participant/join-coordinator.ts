import type { PrivateKeyAccount } from 'viem/accounts'
import { QuorateError, isQuorateError, systemClock } from '../src/core/index.ts'
import type { Logger } from '../src/core/index.ts'
import { decodeSpec, documentHash, fromHex, sameAddress, signStatement, specHash, toHex } from '../src/protocol/index.ts'
import type { Address, Hash, SigningDomain, TaskSpec } from '../src/protocol/index.ts'
import type { CoordinatorClient } from '../src/rpc/index.ts'

export interface TaskOffer {
  task: bigint
  spec: TaskSpec
  document: string
  addresses: string[]
  /** Owner address of the operator that answered, as it says. */
  operator: Address
}

/** How long a session lasts before the client opens the next one, seconds. */
const SESSION_SECONDS = 3600
const RETRY_MS = 1000

/**
 * Asks the coordinator for the task, waiting for a coordinator that is not up yet. What it serves is believed only as far as hashes go:
 * the specification must be the one the chain names, the document the one the specification names.
 *
 * @throws QuorateError SPEC_MISMATCH, CANCELLED, or what makes retrying useless (TLS_INVALID)
 */
export async function fetchTask(
  client: Pick<CoordinatorClient, 'getTask'>,
  domain: SigningDomain,
  logger: Logger,
  signal: AbortSignal,
): Promise<TaskOffer> {
  for (let attempt = 0; ; attempt++) {
    try {
      const offer = await client.getTask({ signal })
      if (Number(offer.chainId) !== domain.chainId || !sameAddress(toHex(offer.ledger), domain.ledger)) {
        throw new QuorateError('SPEC_MISMATCH', `the coordinator serves ledger ${toHex(offer.ledger)} on chain ${offer.chainId}`)
      }
      const spec = decodeSpec(offer.specJson)
      if (specHash(spec) !== toHex(offer.specHash))
        throw new QuorateError('SPEC_MISMATCH', 'the specification served does not have the hash it is announced with')
      if (documentHash(offer.documentJson) !== spec.document)
        throw new QuorateError('SPEC_MISMATCH', 'the task document is not the one the specification names')
      return {
        task: offer.task,
        spec,
        document: offer.documentJson,
        addresses: [...offer.addresses, ...offer.peerAddresses],
        operator: toHex(offer.operator),
      }
    } catch (error) {
      if (!isQuorateError(error, 'COORDINATOR_UNREACHABLE')) throw error
      if (attempt === 0) logger.warn({ code: error.code }, 'the coordinator does not answer yet, waiting')
      await systemClock.sleep(RETRY_MS, signal)
    }
  }
}

/** Signs the request that opens a gRPC session for this member. */
export async function signSession(
  domain: SigningDomain,
  {
    member,
    peerKey,
    account,
    addresses,
  }: { member: Address; peerKey: Hash; account: PrivateKeyAccount; addresses: readonly string[] },
): Promise<{ member: Uint8Array; peerKey: Uint8Array; expires: bigint; signature: Uint8Array; addresses: string[] }> {
  const expires = BigInt(systemClock.now() + SESSION_SECONDS)
  const signature = await signStatement(domain, 'Session', { member, peerKey, expires }, account)
  return { member: fromHex(member), peerKey: fromHex(peerKey), expires, signature: fromHex(signature), addresses: [...addresses] }
}
