import type { MessageInitShape } from '@bufbuild/protobuf'
import { QuorateError, isQuorateError, systemClock } from '../src/core/index.ts'
import type { Clock, Logger } from '../src/core/index.ts'
import type { NodeEvents } from '../src/node/index.ts'
import type { JoinRequestSchema } from '../src/protocol/gen/quorate/v1/coordinator_pb.ts'
import { decodeSpec, documentHash, sameAddress, signStatement, specHash, STATEMENTS, toHex } from '../src/protocol/index.ts'
import type { Address, DigestSigner, Hash, SigningDomain, TaskSpec } from '../src/protocol/index.ts'
import { PASSING } from '../src/rpc/index.ts'
import type { CoordinatorClient, JoinTarget } from '../src/rpc/index.ts'

export interface TaskOffer {
  task: bigint
  spec: TaskSpec
  document: string
  /** Signed records of the nodes of the operator and of members; nobody has checked them. */
  peerRecords: Uint8Array[]
  /** Owner address of the operator that answered, as it says. */
  operator: Address
}

export interface FetchTaskNeeds {
  domain: SigningDomain
  /** Hear once that the coordinator is waited for. */
  events: Pick<NodeEvents, 'emit'>
  logger: Logger
  signal: AbortSignal
  clock?: Pick<Clock, 'sleep'>
}

/** How long a session lasts before the client opens the next one, seconds. */
const SESSION_SECONDS = 3600
const RETRY_MS = 1000

/**
 * Asks the coordinator for the task, waiting for a coordinator that is not up yet. What it waits for is told once, and again when the
 * reason changes.
 *
 * @throws QuorateError SPEC_MISMATCH, CANCELLED, or what makes retrying useless (TLS_INVALID)
 */
export async function fetchTask(
  client: Pick<CoordinatorClient, 'getTask'>,
  { domain, events, logger, signal, clock = systemClock }: FetchTaskNeeds,
): Promise<TaskOffer> {
  let told: string | undefined
  for (;;) {
    try {
      return await askTask(client, { domain, signal })
    } catch (error) {
      if (signal.aborted || !isQuorateError(error) || !PASSING.has(error.code)) throw error
      const kind = `${error.code} ${String(error.details['reason'])}`
      if (kind !== told) {
        // The line that a person reads says what to do, not only what is wrong.
        const untrusted = error.code === 'CERTIFICATE_UNTRUSTED' ? `. ${error.advice}` : ''
        const reason = `waiting for the coordinator: ${error.message}${untrusted}`
        logger.warn({ code: error.code }, reason)
        events.emit({ event: 'waiting', reason })
      }
      told = kind
      await clock.sleep(RETRY_MS, signal)
    }
  }
}

/**
 * Asks the coordinator for the task once. The data is checked by hash: the chain names the specification, and the specification names
 * the document.
 *
 * @throws QuorateError SPEC_MISMATCH, CANCELLED, or why the coordinator gave no answer
 */
export async function askTask(
  client: Pick<CoordinatorClient, 'getTask'>,
  { domain, signal }: Pick<FetchTaskNeeds, 'domain' | 'signal'>,
): Promise<TaskOffer> {
  const offer = await client.getTask({ signal })
  if (Number(offer.chainId) !== domain.chainId || !sameAddress(toHex(offer.ledger), domain.ledger))
    throw new QuorateError('SPEC_MISMATCH', `the coordinator serves ledger ${toHex(offer.ledger)} on chain ${offer.chainId}`)
  const spec = decodeSpec(offer.specJson)
  if (specHash(spec) !== toHex(offer.specHash))
    throw new QuorateError(
      'SPEC_MISMATCH',
      'the specification of the coordinator does not have the hash that the coordinator announces',
    )
  if (documentHash(offer.documentJson) !== spec.document)
    throw new QuorateError('SPEC_MISMATCH', 'the task document is not the one that the specification names')
  return {
    task: offer.task,
    spec,
    document: offer.documentJson,
    peerRecords: offer.peerRecords,
    operator: toHex(offer.operator),
  }
}

/**
 * Refuses a task that the member's configuration does not name: stake and data would serve a task that nobody here agreed to.
 *
 * @throws QuorateError TASK_MISMATCH
 */
export function requireTask(wanted: bigint, offered: bigint): void {
  if (wanted === offered) return
  throw new QuorateError('TASK_MISMATCH', `the coordinator offers task ${offered}, the configuration names task ${wanted}`, {
    details: { wanted, offered },
  })
}

/** Who opens a session, and where other members reach it. */
export interface SessionMember {
  member: Address
  peerKey: Hash
  /** The operator key of the member. */
  account: DigestSigner
  /** Signed record of its node; empty for one that only dials. */
  record: Uint8Array
}

/**
 * Signs the request that opens a session of a member with one operator. It ends one hour after the operator's time. The
 * clock of this machine does not matter.
 */
export async function signSession(
  domain: SigningDomain,
  { task, operator, certificate, time }: JoinTarget,
  { member, peerKey, account, record }: SessionMember,
): Promise<MessageInitShape<typeof JoinRequestSchema>> {
  const body = { task, operator, member, peerKey, certificate, expires: BigInt(time + SESSION_SECONDS) }
  const signature = await signStatement(domain, 'Session', body, account)
  return { ...STATEMENTS.session.wire.to({ ...body, signature }), peerRecord: record }
}
