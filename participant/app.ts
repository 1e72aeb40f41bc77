import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  checkJudge,
  connectChain,
  findContracts,
  forceCommit,
  readAccount,
  readOwnerOfKey,
  readTask,
  readToken,
  voidWithQuorum,
} from '../src/chain/index.ts'
import type { Contracts, RpcUrl } from '../src/chain/index.ts'
import { isQuorateError, Lifecycle, QuorateError } from '../src/core/index.ts'
import type { Clock, Logger, Metrics, Tracer } from '../src/core/index.ts'
import type { GramKernelName } from '../src/engine/index.ts'
import { peerKeyFromSeed } from '../src/network/index.ts'
import type { NetworkNodeOptions } from '../src/network/index.ts'
import {
  watchedAccount,
  AccountWatch,
  agree,
  commit,
  hold,
  holdSilently,
  NodeEvents,
  replay,
  sealDepthFor,
  SeatWatch,
  epochDrawing,
  seedStoring,
  isUnknownTask,
  StartSteps,
  readyAccount,
  TaskNode,
  VoidRequests,
  voidRound,
} from '../src/node/index.ts'
import type { AccountKey } from '../src/account/index.ts'
import type { DutyNeeds, RoundDuties } from '../src/node/index.ts'
import { bucketTerms, fromHex, lowerHex, paddedLength, STATEMENTS } from '../src/protocol/index.ts'
import type { Address, Hash, SigningDomain } from '../src/protocol/index.ts'
import { grantedMembers } from '../src/replay/index.ts'
import { createCoordinatorClient } from '../src/rpc/index.ts'
import { requireTask, signSession } from './join-coordinator.ts'
import type { MemberTraining } from './member-data.ts'
import { MASK_KEY_FILE, readMaskKey } from './masking/mask-key-file.ts'
import type { MaskedRows } from './masking/masked-rows.ts'
import { memberMasks } from './masking/member-masks.ts'
import { Operators } from './operators.ts'
import { StakeWatch } from './stake-watch.ts'
import type { TrainingDuty } from './training-duty.ts'
import { watchRounds } from './watch-rounds.ts'

export interface ParticipantOptions {
  chain: { rpcUrl: RpcUrl; chainId: number; ledger: Address; fromBlock: bigint; sealDepth?: number; pollingIntervalMs?: number }
  /** The task to take part in; the coordinators must offer it. */
  task: bigint
  /** The operator key. Where a signer has it, the randomness of the training follows from the peer seed. */
  operatorKey: AccountKey
  /** Seed of the libp2p identity, 32 bytes. */
  peerSeed: Hash
  /** At least one; others stand by to take over. */
  coordinators: readonly { address: string; caPath: string }[]
  p2p: Pick<NetworkNodeOptions, 'listen' | 'announce' | 'reserve'>
  dataFolder: string
  /** Newest rounds whose evidence stays on disk; default all. */
  keepRounds?: number | 'all'
  /** What computes the Gram matrices of large rounds; default wasm. */
  gram?: GramKernelName
  /** Absent: the node takes no part in rounds; it only replays claims and disputes false ones. */
  training?: MemberTraining
  /** Whether the node disputes false claims, paid by the operator key; default true. */
  watch?: boolean
  events?: NodeEvents
  logger: Logger
  metrics: Metrics
  /** Where the duties of rounds are written down; nowhere by default. */
  tracer?: Tracer
  /** Waits between repetitions of what fails, for tests. Default the system's. */
  clock?: Pick<Clock, 'sleep'>
}

/** A running member. */
export interface Participant extends AsyncDisposable {
  member: Address
  node: TaskNode
  /** Resolves when the node has nothing left to do, with the reason: KEY_NOT_BONDED when the member has no stake in the task. */
  gone: Promise<QuorateError>
}

/** The largest record or specification taken from the coordinator, bytes. */
const MAX_DOCUMENT = 16 * 1024 * 1024
/** Most time that one coordinator has for it, ms: the others may have it, too. */
const DOCUMENT_MS = 10_000

/**
 * Starts a member's node: chain, coordinator, data, peers, rounds. Its duties: hold, replay, train, commit, seed, agree, dispute, answer; without training only hold,
 * replay, dispute and answer. Resolves once it takes part; dispose it to stop. While the chain or every coordinator is away, or the task is
 * not created yet, it waits and says so (`waiting` event).
 *
 * @throws QuorateError CANCELLED when the signal aborts; what time does not mend: KEY_NOT_REGISTERED, SPEC_MISMATCH, CHAIN_ID_MISMATCH, DATASET_NOT_FOUND, STORAGE_LOCKED, …
 */
export async function startParticipant(options: ParticipantOptions, signal: AbortSignal): Promise<Participant> {
  const { logger, metrics, dataFolder, clock } = options
  const events = options.events ?? new NodeEvents(logger)
  const { rpcUrl, chainId, ledger, fromBlock, sealDepth, pollingIntervalMs } = options.chain
  const steps = new StartSteps({ signal, events, logger, clock })
  const account = await readyAccount(options.operatorKey, steps)
  await using parts = new AsyncDisposableStack()
  const chain = parts.use(
    await steps.step('the chain', async (abort) =>
      connectChain({ rpcUrl, chainId, pollingIntervalMs, logger, clock, signal: abort }),
    ),
  )
  const contracts = await steps.step('the contracts', async (abort) => findContracts(chain, { ledger, signal: abort }))
  const member = await steps.step('the chain', async (abort) =>
    readOwnerOfKey(chain, { vault: contracts.vault, operatorKey: account.address, signal: abort }),
  )
  const domain: SigningDomain = { chainId, ledger }
  const seed = fromHex(options.peerSeed)
  const peerKey = await peerKeyFromSeed(seed)
  let node: TaskNode | undefined
  /** Peer records heard of before the node can dial the peers. */
  const early: Uint8Array[] = []
  let started = false
  const meet = (records: readonly Uint8Array[]): void => {
    if (!node || !started) return void early.push(...records)
    node.network.meet(records).catch((error: unknown) => logger.debug({ error: String(error) }, 'could not dial peers'))
  }
  const clients = await Promise.all(
    options.coordinators.map(async ({ address, caPath }) =>
      createCoordinatorClient({
        address,
        tls: { ca: await readCertificate(caPath) },
        signJoin: async (target) =>
          signSession(domain, target, { member, peerKey, account, record: (await node?.network.record()) ?? new Uint8Array() }),
        onJoined: ({ peerRecords, refused }) => {
          for (const { address: announced, reason } of refused)
            logger.warn(
              { code: 'CONFIG_INVALID', address: announced, reason },
              'others cannot use an address that this node announces',
            )
          meet(peerRecords)
        },
        logger,
      }),
    ),
  )
  const operators = parts.adopt(new Operators(clients, { domain, events, logger }), (made) => made.close())
  const fromOperators = async (hash: Hash, maxBytes: number, abort: AbortSignal, mostMs?: number): Promise<Uint8Array> =>
    operators.any(async (client) => {
      const until = mostMs === undefined ? abort : AbortSignal.any([abort, AbortSignal.timeout(mostMs)])
      return client.getBlob(fromHex(hash), { signal: until, maxBytes })
    })
  const stopping = parts.adopt(new AbortController(), (controller) => controller.abort())
  const offer = await operators.offer(AbortSignal.any([signal, stopping.signal]), ({ peerRecords }) => meet(peerRecords))
  requireTask(options.task, offer.task)
  const { onChain, depth, unit, joined } = await steps.step(
    `task ${offer.task}`,
    async (abort) => {
      const read = await readTask(chain, { ledger, task: offer.task, signal: abort })
      await checkJudge(chain, { task: offer.task, judge: read.judge, signal: abort })
      const { reveal } = read.windows
      return {
        onChain: read,
        depth: await sealDepthFor(chain, { asked: sealDepth, reveal, logger, signal: abort }),
        unit: await readToken(chain, { token: contracts.token, signal: abort }),
        joined: await readAccount(chain, { vault: contracts.vault, task: offer.task, owner: member, signal: abort }),
      }
    },
    isUnknownTask,
  )
  const secret = typeof options.operatorKey === 'string' ? options.operatorKey : options.peerSeed
  // Loaded only here: a node that watches needs no machine-learning library.
  const training =
    options.training &&
    parts.adopt(
      await (
        await import('./training-duty.ts')
      ).openTraining(options.training, { ...offer, secret, dataFolder, logger, metrics, signal }),
      (made) => made.dispose(),
    )
  const maskKey = bucketTerms(offer.spec) && (await readMaskKey(join(dataFolder, MASK_KEY_FILE)))
  node = await TaskNode.open(
    {
      self: member,
      chain,
      contracts: { ...contracts, judge: onChain.judge },
      task: offer.task,
      fromBlock,
      sealDepth: depth,
      spec: offer.spec,
      document: offer.document,
      account,
      network: { seed, ...options.p2p, peers: offer.peerRecords },
      dataFolder,
      keepRounds: options.keepRounds,
      genesis: async (hash) =>
        steps.step(
          'the genesis model',
          async (abort) => fromOperators(hash, 4 * paddedLength(offer.spec), abort),
          // An operator hears of a member some seconds after the chain has it.
          (error) => joined.eligible > 0n && isQuorateError(error, 'KEY_NOT_BONDED'),
        ),
      gram: options.gram,
      duties: (needs) => {
        if (!training) return watcherDuties(needs)
        const { judge } = onChain
        const masks = maskKey && memberMasks({ chain, judge, ports: needs.ports, key: maskKey, dataFolder })
        return memberDuties(needs, training, operators, { ...contracts, judge }, masks)
      },
      ...(options.watch === false ? {} : { dispute: { recipient: member } }),
      fallbackDocument: async (hash, asked) =>
        fromOperators(hash, Math.min(asked.maxBytes, MAX_DOCUMENT), asked.signal, DOCUMENT_MS),
      signal,
      clock,
      events,
      logger,
      metrics,
      tracer: options.tracer,
    },
    onChain,
  )
  const taskNode = parts.adopt(node, async (made) => made.stop())
  training?.evaluate(taskNode, events, stopping.signal)
  training?.stateSpending(taskNode)
  const { membership, history, rounds, ports } = taskNode
  const voidRequests = new VoidRequests({ dataFolder, task: offer.task, rounds, voice: ports.voice, logger })
  const seat = new SeatWatch({ task: onChain, unit, membership, history, events, logger })
  const stake = new StakeWatch({ member, task: offer.task, membership, events, logger, clock })
  const gauges = new AccountWatch({ ...watchedAccount(taskNode), unit, metrics, logger, clock })
  const life = parts.use(new Lifecycle([taskNode, voidRequests, seat, stake, gauges]))
  await life.start()
  started = true
  for (const client of clients) {
    // A session sends this node's addresses to the operator. The session that fetched the model did not send them
    // yet.
    client.forgetSession()
    void watchRounds(client, { events, signal: stopping.signal, logger })
  }
  parts.defer(
    taskNode.network.onMove(() => {
      for (const client of clients)
        // A coordinator that is away hears it with the next session.
        client
          .renewSession({ signal: stopping.signal })
          .catch((error: unknown) =>
            logger.debug({ error: String(error) }, 'a coordinator does not hear of the new addresses yet'),
          )
    }),
  )
  meet(early)
  logger.info({ member, operatorKey: account.address, task: offer.task }, 'the member takes part in the task')
  events.emit({
    event: 'started',
    account: lowerHex(member),
    task: offer.task,
    duties: [...taskNode.duties],
    ...(training && { backend: training.backend, backendDetail: training.detail, samples: training.samples }),
    addresses: taskNode.network.addresses(),
    decimals: unit.decimals,
  })
  const running = parts.move()
  return { member, node: taskNode, gone: stake.gone, [Symbol.asyncDispose]: async () => running.disposeAsync() }
}

function watcherDuties({ ports, reports }: DutyNeeds): RoundDuties {
  return { hold: holdSilently(ports), replay: replay(ports, reports) }
}

function memberDuties(
  needs: DutyNeeds,
  training: TrainingDuty,
  operators: Operators,
  contracts: Contracts,
  masks?: MaskedRows,
): RoundDuties {
  const { ports, reports, events, sender } = needs
  const { id: task, spec } = ports.task
  const { ledger } = contracts
  const epoch = epochDrawing(sender, { ...contracts, task, spec })
  return {
    ...(epoch && { epoch }),
    hold: {
      ...hold(ports, grantedMembers(sender.chain, ports.task)),
      ...voidRound(ports, {
        self: ports.voice.owner,
        send: async (call, signal) => voidWithQuorum(sender, { ledger, task, ...call, signal }),
        events,
      }),
    },
    replay: replay(ports, reports),
    train: training.duty(needs, masks),
    commit: commit(ports, {
      handIn: async (message, operator, signal) => {
        const client = await operators.of(operator, signal)
        const { receipt } = await client.commit({ commitment: STATEMENTS.commitment.wire.to(message) }, { signal })
        if (!receipt) throw new QuorateError('MESSAGE_MALFORMED', 'the coordinator answered without a receipt')
        return STATEMENTS.receipt.wire.from(receipt)
      },
      force: async ({ task, round, member, commitment, signature }, signal) =>
        forceCommit(sender, { ledger, task, round, commitments: [{ member, commitment, signature }], signal }),
      ...(masks && { show: async (plan, shown) => masks.show(plan, shown) }),
    }),
    seed: { store: seedStoring(sender, { ledger, task }) },
    agree: agree(ports),
  }
}

async function readCertificate(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: unknown) => {
    throw new QuorateError('CONFIG_INVALID', `the coordinator certificate ${path} cannot be read`, { cause, details: { path } })
  })
}
