import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseEther } from 'viem'
import {
  connectChain,
  deployQuorate,
  DEVELOPMENT_TIMES,
  DEVELOPMENT_TOKEN,
  mintDevelopmentTokens,
  readVault,
  sendEther,
  startAnvil,
  TransactionSender,
} from '../../src/chain/index.ts'
import type { Anvil, Chain, Contracts, DevAccount } from '../../src/chain/index.ts'
import { createKeyFile, writeCoordinatorConfig, writeMemberConfig } from '../../src/config/index.ts'
import type { MemberConfigInput } from '../../src/config/index.ts'
import { plural, systemClock } from '../../src/core/index.ts'
import type { Logger } from '../../src/core/index.ts'
import { joinTask } from '../../src/node/index.ts'
import { lowerHex } from '../../src/protocol/index.ts'
import type { Address, Hash, Windows } from '../../src/protocol/index.ts'
import { privateKeyToAddress } from 'viem/accounts'
import { DEFAULT_QUORUM_BPS, describeTask, openTask } from '../../coordinator/actions/create-task.ts'
import type { TaskFiles } from '../../coordinator/actions/task-files.ts'
import { penaltiesIn } from '../task-options.ts'
import type { FaultName } from './claim-faults.ts'
import { freePorts } from './free-port.ts'
import type { DemoOptions } from './options.ts'

export interface DemoMember {
  index: number
  owner: Address
  ownerKey: Hash
  /** Address of its operator key, which signs and sends. */
  key: Address
  /** Name of the attack it mounts, if it is a poisoner. */
  attack?: string
  configPath: string
  dataFolder: string
}

export interface DemoOperator {
  owner: Address
  /** Address of its operator key, which posts. */
  key: Address
  configPath: string
  dataFolder: string
  /** Where members reach it, and the certificate they pin. */
  grpc: { address: string; ca: string }
  /** Where its dashboard is, if it has one. */
  dashboard?: string
}

/** A chain with contracts, bonded members and an open task; the programs only need starting. */
export interface Consortium {
  anvil: Anvil
  chain: Chain
  contracts: Contracts
  task: bigint
  fromBlock: bigint
  operator: DemoOperator
  /** A second bonded operator, if requested. It takes over when the first is late or its claim is rejected. */
  standby?: DemoOperator
  /** Further bonded operators, `spare-0` and so on. */
  spares: DemoOperator[]
  members: DemoMember[]
  folder: string
}

export const MEMBER_BOND = parseEther('100')
/** Above the minimum of 1,000; a false claim ends an operator's service. */
export const OPERATOR_BOND = parseEther('1200')
/** Tokens a member's node has at hand for bonds of requests. */
export const WATCHER_TOKENS = parseEther('100')
export const REWARD_PER_ROUND = parseEther('10')

export interface ConsortiumOptions extends Pick<
  DemoOptions,
  'members' | 'rounds' | 'attacks' | 'rule' | 'model' | 'partition' | 'partitionText' | 'backend' | 'seed'
> {
  folder: string
  windows?: Windows
  /** Members that are expected to be drawn for a round; default 0, everybody takes part. */
  committee?: number
  /** Token wei that a member bonds, by index; default `MEMBER_BOND`. */
  bondOf?: (index: number) => bigint
  /** Serves API and dashboard of the first operator. */
  dashboard?: boolean
  /** Bonds a second operator. */
  standby?: boolean
  /** Bonds so many operators more; default none. */
  spares?: number
  /** Another task than the one that `model`, `seed`, `partition` and `rule` describe. */
  files?: TaskFiles
  /** What a member trains on and how, in place of its share of MNIST. Paths are absolute. */
  trainingOf?: (index: number) => MemberConfigInput['training']
  logger: Logger
  onStep: (step: string) => void
  signal: AbortSignal
}

/** Longest phases; each ends as soon as all expected messages arrived. */
export const DEMO_WINDOWS: Windows = { commit: 180, reveal: 60, attest: 60, post: 120, challenge: 3600 }

/**
 * Windows for a false claim. The challenge window is short, so that the court's windows are short too. A list without
 * a member may only be sealed after the commit window, which is therefore short for an omission.
 */
export function lieWindows(fault: FaultName): Windows {
  return { ...DEMO_WINDOWS, commit: fault === 'omission' ? 120 : DEMO_WINDOWS.commit, challenge: 240 }
}

/**
 * The setup that a real consortium does once: contracts, tokens, bonds, keys, a funded task, and a configuration file
 * for every program.
 */
export async function foundConsortium(options: ConsortiumOptions): Promise<Consortium> {
  const { folder, members, logger, signal, onStep, windows = DEMO_WINDOWS, committee = 0, standby = false } = options
  const { bondOf = () => MEMBER_BOND, spares = 0 } = options
  const operators = (standby ? 2 : 1) + spares
  await mkdir(folder, { recursive: true })
  onStep('starting a local chain')
  const anvil = await startAnvil({ accounts: 1 + members + operators, signal })
  try {
    const chain = await connectChain({ rpcUrl: anvil.rpcUrl, chainId: anvil.chainId, pollingIntervalMs: 50, logger, signal })
    const [deployer, operatorOwner, ...owners] = anvil.accounts
    const standbyOwner = standby ? owners[members] : undefined
    const spareOwners = owners.slice(members + (standby ? 1 : 0))
    const governance = new TransactionSender({ chain, account: deployer!.account, logger })
    onStep('deploying the contracts')
    const deployment = await deployQuorate(governance, { shortest: DEVELOPMENT_TIMES, signal })
    const contracts: Contracts = deployment
    const { token } = contracts

    onStep('creating the task and funding its rewards')
    const files =
      options.files ??
      describeTask({
        model: options.model,
        seed: options.seed,
        partition: options.partitionText,
        rule: options.rule,
        byzantineBps: 2500,
        rewardPerRound: REWARD_PER_ROUND,
        committee,
      })
    await writeFile(join(folder, 'spec.json'), files.specJson)
    await writeFile(join(folder, 'document.json'), files.documentJson)
    await writeFile(join(folder, 'genesis.i32'), files.genesis)
    const funding = REWARD_PER_ROUND * BigInt(options.rounds + 1)
    await mintDevelopmentTokens(governance, { token, to: deployer!.address, amount: funding, signal })
    const { task } = await openTask(governance, {
      contracts,
      files,
      windows,
      quorumBps: DEFAULT_QUORUM_BPS,
      ...penaltiesIn(DEVELOPMENT_TOKEN),
      judge: contracts.judge,
      minMembers: members,
      minStake: 0n,
      funding,
      stakes: owners.slice(0, members).map((_, index) => bondOf(index)),
      signal,
    })
    onStep(`bonding ${plural(members, 'member')} and ${standby ? 'two operators' : 'an operator'}`)
    const { joiningFee } = await readVault(chain, { vault: contracts.vault, signal })
    const ports = await freePorts(members + 2 * operators + (options.dashboard ? 1 : 0))
    const enrol = async (name: string, owner: DevAccount): Promise<DemoOperator> =>
      enrolOperator({ governance, contracts, task, owner, folder: join(folder, name), grpcPort: ports.pop()!, logger, signal })
    const enrolled = await enrol('coordinator', operatorOwner!)
    const operator = options.dashboard ? { ...enrolled, dashboard: `127.0.0.1:${ports.pop()!}` } : enrolled
    const made: { member: DemoMember; keys: string }[] = []
    for (let index = 0; index < members; index++) {
      const { account, privateKey, address } = owners[index]!
      const home = join(folder, `member-${index}`)
      const keys = {
        operator: await createKeyFile(join(home, 'operator.key')),
        peer: await createKeyFile(join(home, 'peer.key')),
      }
      await createKeyFile(join(home, 'owner.key'), privateKey)
      await mintDevelopmentTokens(governance, { token, to: address, amount: bondOf(index) + joiningFee, signal })
      await fundWatcher(governance, contracts, privateKeyToAddress(keys.operator), signal)
      const sender = new TransactionSender({ chain, account, logger })
      await joinTask(sender, {
        contracts,
        task,
        role: 'member',
        amount: bondOf(index),
        operatorKey: keys.operator,
        peerSeed: keys.peer,
        signal,
      })
      const member: DemoMember = {
        index,
        owner: lowerHex(address),
        ownerKey: privateKey,
        key: privateKeyToAddress(keys.operator),
        attack: options.attacks[index],
        configPath: join(home, 'member.toml'),
        dataFolder: join(home, 'state'),
      }
      made.push({ member, keys: home })
    }

    const second = standbyOwner && (await enrol('standby', standbyOwner))
    const others: DemoOperator[] = []
    for (const [index, owner] of spareOwners.entries()) others.push(await enrol(`spare-${index}`, owner))

    // The first round counts the stake of the second before it opens.
    await nextSecond(chain, signal)

    const shared = (): SharedConfig => ({
      chain: { rpcUrl: anvil.rpcUrl, chainId: anvil.chainId, ledger: contracts.ledger, fromBlock: Number(deployment.fromBlock) },
      task: { id: Number(task) },
      p2p: { listen: [`/ip4/127.0.0.1/tcp/${ports.pop()!}`] },
    })
    const known = [operator, ...(second ? [second] : []), ...others]
    for (const { configPath, grpc, dashboard } of known) {
      const common = shared()
      await writeCoordinatorConfig(configPath, {
        ...common,
        task: { ...common.task, spec: '../spec.json', document: '../document.json', genesis: '../genesis.i32' },
        keys: { operator: 'operator.key', peer: 'peer.key' },
        state: { folder: 'state' },
        log: { level: 'info', file: 'coordinator.log' },
        grpc: { listen: grpc.address },
        // The page asks the chain itself when it explains a verdict.
        ...(dashboard && { api: { listen: dashboard, rpcUrls: [anvil.rpcUrl] } }),
      })
    }
    for (const { member } of made) {
      await writeMemberConfig(member.configPath, {
        ...shared(),
        keys: { operator: 'operator.key', peer: 'peer.key', owner: 'owner.key' },
        state: { folder: 'state' },
        log: { level: 'info', file: 'member.log' },
        coordinator: known.map(({ grpc }) => grpc),
        training: options.trainingOf?.(member.index) ?? {
          backend: options.backend,
          partition: { ...options.partition, seed: options.seed, index: member.index, members },
          seed: options.seed * 1000 + member.index,
          evaluate: member.index === 0,
          // Many members share the memory of one machine.
          ownProcess: false,
        },
      })
    }
    return {
      anvil,
      chain,
      contracts,
      task,
      fromBlock: deployment.fromBlock,
      operator,
      ...(second ? { standby: second } : {}),
      spares: others,
      members: made.map(({ member }) => member),
      folder,
    }
  } catch (error) {
    await anvil.stop()
    throw error
  }
}

interface SharedConfig {
  chain: { rpcUrl: string; chainId: number; ledger: string; fromBlock: number }
  task: { id: number }
  p2p: { listen: string[] }
}

/** Bonds an operator with keys of its own. */
async function enrolOperator(options: {
  governance: TransactionSender
  contracts: Contracts
  task: bigint
  owner: DevAccount
  folder: string
  grpcPort: number
  logger: Logger
  signal: AbortSignal
}): Promise<DemoOperator> {
  const { governance, contracts, task, owner, folder, grpcPort, logger, signal } = options
  const operatorKey = await createKeyFile(join(folder, 'operator.key'))
  const peerSeed = await createKeyFile(join(folder, 'peer.key'))
  const key = privateKeyToAddress(operatorKey)
  const { joiningFee } = await readVault(governance.chain, { vault: contracts.vault, signal })
  const minted = OPERATOR_BOND + joiningFee
  await mintDevelopmentTokens(governance, { token: contracts.token, to: owner.address, amount: minted, signal })
  await sendEther(governance, { to: key, amount: parseEther('10'), signal })
  const sender = new TransactionSender({ chain: governance.chain, account: owner.account, logger })
  await joinTask(sender, { contracts, task, role: 'operator', amount: OPERATOR_BOND, operatorKey, peerSeed, signal })
  const dataFolder = join(folder, 'state')
  return {
    owner: owner.address,
    key,
    configPath: join(folder, 'coordinator.toml'),
    dataFolder,
    grpc: { address: `127.0.0.1:${grpcPort}`, ca: join(dataFolder, 'tls', 'tls-cert.pem') },
  }
}

/** A watcher pays gas for its proofs, and bonds for its court requests. */
async function fundWatcher(
  governance: TransactionSender,
  { token }: Contracts,
  operatorKey: Address,
  signal: AbortSignal,
): Promise<void> {
  await sendEther(governance, { to: operatorKey, amount: parseEther('1'), signal })
  await mintDevelopmentTokens(governance, { token, to: operatorKey, amount: WATCHER_TOKENS, signal })
}

/** Resolves when the chain's time has moved past its present second. */
async function nextSecond(chain: Chain, signal: AbortSignal): Promise<void> {
  const now = async (): Promise<bigint> => (await chain.publicClient.getBlock({ blockTag: 'latest' })).timestamp
  const before = await now()
  while ((await now()) <= before + 1n) await systemClock.sleep(100, signal)
}
