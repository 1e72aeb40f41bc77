import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  checkJudge,
  connectChain,
  failRound,
  finalizeWithQuorum,
  findContracts,
  openRound,
  postClaim,
  readCurrentRound,
  readOwnerOfKey,
  readTask,
  readTaskBuckets,
  readTaskTimes,
  readToken,
  sealRound,
  sendEther,
  takeSeat,
  voidWithQuorum,
} from '../src/chain/index.ts'
import type { Contracts, RpcUrl } from '../src/chain/index.ts'
import { Lifecycle, QuorateError, systemClock } from '../src/core/index.ts'
import type { Clock, Logger, Metrics, Tracer } from '../src/core/index.ts'
import type { GramKernelName } from '../src/engine/index.ts'
import type { NetworkNodeOptions } from '../src/network/index.ts'
import {
  watchedAccount,
  AccountWatch,
  awaitBuckets,
  BlockNudge,
  build,
  Finalizer,
  hold,
  NodeEvents,
  post,
  readyAccount,
  replay,
  seal,
  SeatWatch,
  epochDrawing,
  lacksBuckets,
  seedStoring,
  isUnknownTask,
  StartSteps,
  TaskNode,
  voidRound,
} from '../src/node/index.ts'
import type { AccountKey } from '../src/account/index.ts'
import type { DutyNeeds, RoundDuties } from '../src/node/index.ts'
import { decodeSpec, documentHash, drawnCommittee, fromHex, lowerHex } from '../src/protocol/index.ts'
import type { Address, Hash } from '../src/protocol/index.ts'
import { grantedMembers } from '../src/replay/index.ts'
import { createRpcServer, ensureTlsIdentity, Feed, SessionStore } from '../src/rpc/index.ts'
import { coordinatorService } from './services/coordinator-service.ts'
import { roundView } from './services/round-view.ts'

export interface CoordinatorOptions {
  /** `pollingIntervalMs`: how often the node looks for a new block; default that of `connectChain`. */
  chain: { rpcUrl: RpcUrl; chainId: number; ledger: Address; fromBlock: bigint; pollingIntervalMs?: number }
  task: { id: bigint; specPath: string; documentPath: string; genesisPath: string }
  /** The operator key: signs statements and sends the round's transaction. */
  operatorKey: AccountKey
  /** Seed of the libp2p identity, 32 bytes. */
  peerSeed: Hash
  grpc: { listen: string; hosts: readonly string[] }
  p2p: Pick<NetworkNodeOptions, 'listen' | 'announce' | 'relay' | 'reserve'>
  dataFolder: string
  /** Newest rounds whose evidence stays on disk; default all. */
  keepRounds?: number | 'all'
  /** What computes the Gram matrices of large rounds; default wasm. */
  gram?: GramKernelName
  /** Changes the duties, in drills and tests. */
  decorate?: (duties: RoundDuties, needs: DutyNeeds) => RoundDuties
  events?: NodeEvents
  logger: Logger
  metrics: Metrics
  /** Where the duties of rounds are written down; nowhere by default. */
  tracer?: Tracer
  /** Waits between repetitions of what fails, for tests. Default the system's. */
  clock?: Pick<Clock, 'sleep'>
}

/** A running operator. */
export interface Coordinator extends AsyncDisposable {
  owner: Address
  node: TaskNode
  /** `host:port` of the gRPC server. */
  address: string
  /** PEM file that members pin. */
  certificatePath: string
}

/**
 * Starts an operator's node and its gRPC server. Its duties: hold, replay, seed, seal, build, post, answer. Resolves once it serves; dispose it to stop.
 * While the chain or the signer is away, or the task is not created yet, it waits and says so (`waiting` event).
 *
 * @throws QuorateError CANCELLED when the signal aborts; what time does not mend: KEY_NOT_REGISTERED, SPEC_MISMATCH, CHAIN_ID_MISMATCH, STORAGE_LOCKED, TLS_INVALID, …
 */
export async function startCoordinator(options: CoordinatorOptions, signal: AbortSignal): Promise<Coordinator> {
  const { logger, metrics, dataFolder, clock, decorate = (duties) => duties } = options
  const events = options.events ?? new NodeEvents(logger)
  const { rpcUrl, chainId, ledger, fromBlock, pollingIntervalMs } = options.chain
  const spec = decodeSpec(await readText(options.task.specPath))
  const document = await readText(options.task.documentPath)
  if (documentHash(document) !== spec.document)
    throw new QuorateError(
      'SPEC_MISMATCH',
      `${options.task.documentPath} is not the task document that ${options.task.specPath} names`,
    )
  const { id: task } = options.task
  const steps = new StartSteps({ signal, events, logger, clock })
  const account = await readyAccount(options.operatorKey, steps)
  await using parts = new AsyncDisposableStack()
  const chain = parts.use(
    await steps.step('the chain', async (abort) =>
      connectChain({ rpcUrl, chainId, pollingIntervalMs, logger, clock, signal: abort }),
    ),
  )
  const { contracts, owner, onChain, unit, entryDelay } = await steps.step(
    `task ${task}`,
    async (abort) => {
      const found = await findContracts(chain, { ledger, task, signal: abort })
      await checkJudge(chain, { task, judge: found.judge, signal: abort })
      return {
        contracts: found,
        owner: await readOwnerOfKey(chain, { vault: found.vault, operatorKey: account.address, signal: abort }),
        onChain: await readTask(chain, { ledger, task, signal: abort }),
        unit: await readToken(chain, { token: found.token, signal: abort }),
        entryDelay: drawnCommittee(spec) > 0 ? (await readTaskTimes(chain, { ledger, signal: abort })).entry : 0,
      }
    },
    isUnknownTask,
  )
  const tls = await steps.step('the state folder', async () =>
    ensureTlsIdentity(join(dataFolder, 'tls'), { hosts: options.grpc.hosts }),
  )
  const node = await TaskNode.open(
    {
      self: owner,
      chain,
      contracts,
      task,
      fromBlock,
      spec,
      document,
      account,
      network: { seed: fromHex(options.peerSeed), ...options.p2p },
      dataFolder,
      keepRounds: options.keepRounds,
      genesis: async () => readTaskFile(options.task.genesisPath),
      gram: options.gram,
      duties: (needs) => decorate(operatorDuties(needs, { ...contracts, judge: onChain.judge }), needs),
      signal,
      clock,
      events,
      logger,
      metrics,
      tracer: options.tracer,
    },
    onChain,
  )
  parts.adopt(node, async (made) => made.stop())
  const rounds = parts.adopt(new Feed<ReturnType<typeof roundView>>(), (made) => made.close())
  events.on('round', ({ round, agreed }) => {
    const state = node.rounds.state(round)
    if (state) rounds.publish(roundView(state, agreed))
  })
  const sessions = new SessionStore({ clock: systemClock })
  const server = createRpcServer({
    listen: options.grpc.listen,
    tls,
    handlers: coordinatorService({ node, sessions, rounds, owner, certificate: tls.certificateHash, clock: systemClock }),
    authenticate: (token) => sessions.authenticate(token),
    logger,
    metrics,
  })
  const { membership, history, sender } = node
  const starting = new SeatWatch({
    task: onChain,
    unit,
    membership,
    history,
    send: async (abort) => {
      node.statements.assertAlone()
      // A holder that waited for a place in the ring has its round opened; an empty seat is taken.
      const { emptySince } = await readCurrentRound(chain, { ledger, task, signal: abort })
      return emptySince === 0
        ? openRound(sender, { ledger, task, signal: abort })
        : takeSeat(sender, { ledger, task, signal: abort })
    },
    lacks: lacksBuckets(chain, { ...contracts, task, spec }),
    entryDelay,
    events,
    logger,
  })
  const nudge = new BlockNudge({
    clock: node.clock,
    rounds: node.rounds,
    missing: () => node.missingBlocks(),
    self: owner,
    send: async (abort) => {
      node.statements.assertAlone()
      return sendEther(sender, { to: account.address, amount: 0n, signal: abort })
    },
    logger,
  })
  const finalizer = new Finalizer({
    agreements: node.agreements,
    send: async (claim, abort) => finalizeWithQuorum(sender, { ledger, task, ...claim, signal: abort }),
    logger,
  })
  const gauges = new AccountWatch({ ...watchedAccount(node), unit, metrics, logger, clock })
  const life = parts.use(new Lifecycle([node, server, starting, nudge, finalizer, gauges]))
  await life.start()
  logger.info({ owner, operatorKey: account.address, address: server.address, task }, 'coordinating')
  events.emit({
    event: 'started',
    account: lowerHex(owner),
    task,
    duties: [...node.duties],
    address: server.address,
    certificate: tls.certificatePath,
    addresses: node.network.addresses(),
    decimals: unit.decimals,
  })
  const running = parts.move()
  return {
    owner,
    node,
    address: server.address,
    certificatePath: tls.certificatePath,
    async [Symbol.asyncDispose]() {
      // Its readers end before the server waits for them.
      rounds.close()
      await running.disposeAsync()
    },
  }
}

function operatorDuties({ ports, reports, events, sender }: DutyNeeds, contracts: Contracts): RoundDuties {
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
    seal: seal(ports, {
      seal: async (call, signal) => sealRound(sender, { ledger, task, ...call, signal }),
      events,
    }),
    build: build(ports, events),
    seed: {
      store: seedStoring(sender, { ledger, task }),
      fail: async (round, signal) => failRound(sender, { ledger, task, round, signal }),
    },
    post: post(ports, {
      ready: awaitBuckets({
        isDrawn: async (round, signal) =>
          (await readTaskBuckets(sender.chain, { ...contracts, task, round, spec, signal })) !== undefined,
        logger: ports.logger,
      }),
      post: async (call, signal) => postClaim(sender, { ledger, task, ...call, signal }),
      failRound: async ({ round, openedAt }, signal) => failRound(sender, { ledger, task, round, openedAt, signal }),
      events,
    }),
  }
}

async function readText(path: string): Promise<string> {
  return new TextDecoder().decode(await readTaskFile(path))
}

async function readTaskFile(path: string): Promise<Uint8Array> {
  return readFile(path).catch((cause: unknown) => {
    throw new QuorateError('CONFIG_INVALID', `${path} cannot be read`, { cause, details: { path } })
  })
}
