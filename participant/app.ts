import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { accountFromKey, connectChain, findContracts, forceCommit, readOwnerOfKey, readTask } from '../src/chain/index.ts'
import { Lifecycle, QuorateError } from '../src/core/index.ts'
import type { Logger, Metrics, Service } from '../src/core/index.ts'
import type { GramKernelName } from '../src/engine/index.ts'
import { claimEvent, fetchHandler, replayHandler, saveAgreements, TaskNode } from '../src/node/index.ts'
import { quarantineNotice } from '../src/replay/index.ts'
import type { NodeEvent } from '../src/node/index.ts'
import type { ComputedClaim } from '../src/replay/index.ts'
import { peerKeyFromSeed } from '../src/network/index.ts'
import { fromHex, lowerHex, paddedLength, toHex, toWire } from '../src/protocol/index.ts'
import type { Address, Hash, SigningDomain } from '../src/protocol/index.ts'
import type { Commitment } from '../src/protocol/gen/quorate/v1/messages_pb.ts'
import { createCoordinatorClient } from '../src/rpc/index.ts'
import type { CoordinatorClient } from '../src/rpc/index.ts'
import { signSession } from './join-coordinator.ts'
import { prepareTraining } from './member-data.ts'
import type { MemberTraining } from './member-data.ts'
import { Operators } from './operators.ts'
import { VectorStore } from './vector-store.ts'
import { commitHandler, forceHandler } from './rounds/commit.ts'
import { agreeHandler, attestHandler, revealHandler } from './rounds/statements.ts'
import { trainHandler } from './rounds/train.ts'
import { serialTrainer } from './serial-trainer.ts'

export interface ParticipantOptions {
  chain: { rpcUrl: string; chainId: number; ledger: Address; fromBlock: bigint }
  /** Private key of the operator key. */
  operatorKey: Hash
  /** Seed of the libp2p identity, 32 bytes. */
  peerSeed: Hash
  /** At least one; others stand by to take over. */
  coordinators: readonly { address: string; caPath: string }[]
  p2p: { listen: readonly string[]; announce?: readonly string[] }
  dataFolder: string
  /** What computes the Gram matrices of large rounds; default wasm. */
  gram?: GramKernelName
  /** Absent: the node takes no part in rounds; it only replays claims and disputes false ones. */
  training?: MemberTraining
  /** Whether the node disputes false claims, paid by the operator key; default true. */
  watch?: boolean
  logger: Logger
  metrics: Metrics
  /** Told of everything worth showing. */
  onEvent?: (event: NodeEvent) => void
}

/** A running member. */
export interface Participant extends AsyncDisposable {
  member: Address
  node: TaskNode
}

/** The largest record or specification taken from the coordinator, bytes. */
const MAX_DOCUMENT = 16 * 1024 * 1024

/**
 * Starts a member's node: chain, coordinator, data, peers, rounds. Resolves once it takes part; dispose it to stop.
 *
 * @throws QuorateError KEY_NOT_REGISTERED, SPEC_MISMATCH, DATASET_NOT_FOUND, STORAGE_LOCKED, RPC_UNREACHABLE, …
 */
export async function startParticipant(options: ParticipantOptions, signal: AbortSignal): Promise<Participant> {
  const { logger, metrics, dataFolder, onEvent = () => {} } = options
  const { rpcUrl, chainId, ledger, fromBlock } = options.chain
  const account = accountFromKey(options.operatorKey)
  const chain = await connectChain({ rpcUrl, chainId, logger, signal })
  const contracts = await findContracts(chain, { ledger, signal })
  const member = await readOwnerOfKey(chain, { vault: contracts.vault, operatorKey: account.address, signal })
  const domain: SigningDomain = { chainId, ledger }
  const seed = fromHex(options.peerSeed)
  const peerKey = await peerKeyFromSeed(seed)
  let node: TaskNode | undefined
  /** Addresses heard of before there is a node to dial them. */
  const early: string[] = []
  const dial = (addresses: readonly string[]): void => {
    if (!node) return void early.push(...addresses)
    node.network.dial(addresses).catch((error: unknown) => logger.debug({ error: String(error) }, 'dialling peers failed'))
  }
  const clients = await Promise.all(
    options.coordinators.map(async ({ address, caPath }) =>
      createCoordinatorClient({
        address,
        tls: { ca: await readCertificate(caPath) },
        signJoin: async () => signSession(domain, { member, peerKey, account, addresses: node?.network.addresses() ?? [] }),
        onJoined: ({ peerAddresses }) => dial(peerAddresses),
        logger,
      }),
    ),
  )
  const operators = new Operators(clients, { domain, logger })
  const fromOperators = async (hash: Hash, maxBytes: number, abort: AbortSignal): Promise<Uint8Array> =>
    operators.any(async (client) => client.getBlob(fromHex(hash), { signal: abort, maxBytes }))
  const stopping = new AbortController()
  try {
    const offer = await operators.offer(AbortSignal.any([signal, stopping.signal]), ({ addresses }) => dial(addresses))
    const onChain = await readTask(chain, { ledger, task: offer.task, signal })
    const { training } = options
    const prepared = training && (await prepareTraining(training, offer.spec, offer.document, logger))
    const trainer = prepared && serialTrainer(prepared.trainer)
    const residuals = new VectorStore(join(dataFolder, 'residuals'))
    const momenta = new VectorStore(join(dataFolder, 'momenta'))
    const agreements = join(dataFolder, 'agreements')
    const showClaim = (round: bigint, computed: ComputedClaim): void => {
      onEvent(claimEvent('replayed', round, computed))
      const quarantine = quarantineNotice(computed.state.ledger, round, member)
      if (quarantine) {
        const { notice, ...facts } = quarantine
        logger.warn({ round, ...facts }, notice)
        onEvent({ event: 'quarantined', round, ...facts, notice })
      }
      if (!training?.evaluate) return
      void trainer!.evaluate(computed.state.model, stopping.signal).then(
        (evaluation) => onEvent({ event: 'evaluated', round, ...evaluation }),
        (error: unknown) => logger.debug({ round, error: String(error) }, 'evaluation ended early'),
      )
    }
    node = await TaskNode.open(
      {
        role: { kind: 'member', member },
        chain,
        contracts: { ...contracts, judge: onChain.judge },
        task: offer.task,
        fromBlock,
        spec: offer.spec,
        document: offer.document,
        account,
        network: { seed, ...options.p2p, dial: offer.addresses },
        dataFolder,
        genesis: async (hash) => fromOperators(hash, 4 * paddedLength(offer.spec), signal),
        gram: options.gram,
        handlers: (context, sender) => {
          const needs = { ...context, member }
          const replay = replayHandler(context, showClaim)
          if (!trainer) return { fetch: fetchHandler(context), replay }
          return {
            train: trainHandler({
              ...context,
              trainer,
              residuals,
              momenta,
              onTrained: (round, trained) => onEvent({ event: 'trained', round, ...trained }),
            }),
            commit: commitHandler({
              ...needs,
              handIn: async (message, operator, abort) => {
                const client = await operators.of(operator, abort)
                const { receipt } = await client.commit(
                  { commitment: toWire(message).kind.value as Commitment },
                  { signal: abort },
                )
                if (!receipt) throw new QuorateError('MESSAGE_MALFORMED', 'the coordinator answered without a receipt')
                return toHex(receipt.signature)
              },
            }),
            force: forceHandler({
              ...needs,
              force: async (round, commitment, abort) =>
                forceCommit(sender, { ledger, task: offer.task, round, commitment, signal: abort }),
            }),
            reveal: revealHandler(needs),
            fetch: fetchHandler(context),
            attest: attestHandler(needs),
            replay,
            agree: agreeHandler(needs),
          }
        },
        onChange: (state, phase) => {
          onEvent({ event: 'phase', round: state.plan.round, phase, member })
          if (phase === 'agree')
            void saveAgreements(agreements, state).catch((error: unknown) =>
              logger.warn({ error: String(error) }, 'agreements not saved'),
            )
        },
        onComputed: showClaim,
        ...(options.watch === false ? {} : { watch: { recipient: member, onEvent } }),
        fallbackDocument: async (hash, abort) => fromOperators(hash, MAX_DOCUMENT, abort),
        logger,
        metrics,
      },
      onChain,
    )
    const taskNode = node
    const watching: Service = {
      name: 'coordinator-watch',
      async start() {
        for (const client of clients) void watchRounds(client, onEvent, stopping.signal, logger)
      },
      async stop() {
        stopping.abort()
        operators.close()
      },
    }
    const life = new Lifecycle([watching, taskNode])
    await life.start()
    dial(early)
    logger.info({ member, operatorKey: account.address, task: offer.task }, 'taking part')
    onEvent({
      event: 'started',
      member: lowerHex(member),
      task: offer.task,
      backend: prepared?.backend ?? 'none',
      samples: prepared?.samples ?? 0,
      addresses: taskNode.network.addresses(),
    })
    return {
      member,
      node: taskNode,
      async [Symbol.asyncDispose]() {
        await life.stop()
        trainer?.dispose()
        await chain.close()
      },
    }
  } catch (error) {
    stopping.abort()
    operators.close()
    await chain.close()
    throw error
  }
}

/** Keeps a session with an operator, so that it knows where this member listens, and tells what it shows of its rounds. */
async function watchRounds(
  client: CoordinatorClient,
  onEvent: (event: NodeEvent) => void,
  signal: AbortSignal,
  logger: Logger,
): Promise<void> {
  try {
    for await (const view of client.watchRounds({ signal })) {
      onEvent({ event: 'watched', round: view.round, phase: view.phase, committed: view.committed, members: view.members })
    }
  } catch (error) {
    logger.debug({ error: String(error) }, 'watching the coordinator ended')
  }
}

async function readCertificate(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: unknown) => {
    throw new QuorateError('CONFIG_INVALID', `the coordinator certificate ${path} cannot be read`, { cause, details: { path } })
  })
}
