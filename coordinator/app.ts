import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import {
  accountFromKey,
  connectChain,
  failRound,
  finalizeWithQuorum,
  findContracts,
  openRound,
  postClaim,
  readCurrentRound,
  readOwnerOfKey,
  readTask,
  readTaskTimes,
  readToken,
  sealRound,
  sendEther,
  takeSeat,
  voidWithQuorum,
} from '../src/chain/index.ts'
import type { RpcUrl } from '../src/chain/index.ts'
import { Lifecycle, QuorateError, systemClock } from '../src/core/index.ts'
import type { Logger, Metrics } from '../src/core/index.ts'
import type { GramKernelName } from '../src/engine/index.ts'
import {
  BlockNudge,
  build,
  Finalizer,
  hold,
  NodeEvents,
  post,
  replay,
  seal,
  SeatWatch,
  seedStoring,
  TaskNode,
  voidRound,
} from '../src/node/index.ts'
import type { DutyNeeds, RoundDuties } from '../src/node/index.ts'
import { decodeSpec, fromHex, lowerHex } from '../src/protocol/index.ts'
import type { Address, Hash } from '../src/protocol/index.ts'
import { createRpcServer, ensureTlsIdentity, Feed, SessionStore } from '../src/rpc/index.ts'
import { coordinatorService } from './services/coordinator-service.ts'
import { roundView } from './services/round-view.ts'

export interface CoordinatorOptions {
  chain: { rpcUrl: RpcUrl; chainId: number; ledger: Address; fromBlock: bigint }
  task: { id: bigint; specPath: string; documentPath: string; genesisPath: string }
  /** Private key of the operator key: signs statements and sends the round's transaction. */
  operatorKey: Hash
  /** Seed of the libp2p identity, 32 bytes. */
  peerSeed: Hash
  grpc: { listen: string; hosts: readonly string[] }
  p2p: { listen: readonly string[]; announce?: readonly string[] }
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
 *
 * @throws QuorateError KEY_NOT_REGISTERED, SPEC_MISMATCH, STORAGE_LOCKED, TLS_INVALID, RPC_UNREACHABLE, …
 */
export async function startCoordinator(options: CoordinatorOptions, signal: AbortSignal): Promise<Coordinator> {
  const { logger, metrics, dataFolder, decorate = (duties) => duties } = options
  const events = options.events ?? new NodeEvents(logger)
  const { rpcUrl, chainId, ledger, fromBlock } = options.chain
  const spec = decodeSpec(await readText(options.task.specPath))
  const document = await readText(options.task.documentPath)
  const account = accountFromKey(options.operatorKey)
  const chain = await connectChain({ rpcUrl, chainId, logger, signal })
  try {
    const contracts = await findContracts(chain, { ledger, task: options.task.id, signal })
    const owner = await readOwnerOfKey(chain, { vault: contracts.vault, operatorKey: account.address, signal })
    const task = options.task.id
    const onChain = await readTask(chain, { ledger, task, signal })
    const tls = await ensureTlsIdentity(join(dataFolder, 'tls'), { hosts: options.grpc.hosts })
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
        duties: (needs) => decorate(operatorDuties(needs, ledger), needs),
        events,
        logger,
        metrics,
      },
      onChain,
    )
    const rounds = new Feed<ReturnType<typeof roundView>>()
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
    const { membership, history, sender, clock } = node
    const starting = new SeatWatch({
      task: onChain,
      unit: await readToken(chain, { token: contracts.token, signal }),
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
      entryDelay: spec.committee > 0 ? (await readTaskTimes(chain, { ledger, signal })).entry : 0,
      events,
      logger,
    })
    const nudge = new BlockNudge({
      clock,
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
    const life = new Lifecycle([node, server, starting, nudge, finalizer])
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
    })
    return {
      owner,
      node,
      address: server.address,
      certificatePath: tls.certificatePath,
      async [Symbol.asyncDispose]() {
        rounds.close()
        await life.stop()
        await chain.close()
      },
    }
  } catch (error) {
    await chain.close()
    throw error
  }
}

function operatorDuties({ ports, reports, events, sender }: DutyNeeds, ledger: Address): RoundDuties {
  const task = ports.task.id
  return {
    hold: {
      ...hold(ports),
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
      fail: async (signal) => failRound(sender, { ledger, task, signal }),
    },
    post: post(ports, {
      post: async (call, signal) => postClaim(sender, { ledger, task, ...call, signal }),
      failRound: async (signal) => failRound(sender, { ledger, task, signal }),
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
