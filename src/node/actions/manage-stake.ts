import { parseEther, zeroAddress } from 'viem'
import { privateKeyToAddress } from 'viem/accounts'
import {
  describeMined,
  errorInTokens,
  leaveTask,
  readAccount,
  readToken,
  releaseStake,
  sendEther,
  withdraw,
} from '../../chain/index.ts'
import type { StakeAccount, TransactionSender } from '../../chain/index.ts'
import { createKeyFile, loadKey } from '../../config/index.ts'
import type { CoordinatorConfig } from '../../config/index.ts'
import { formatTokens, parseAmount, QuorateError } from '../../core/index.ts'
import type { TokenUnit } from '../../core/index.ts'
import { createLogger } from '../../observe/index.ts'
import { sameAddress } from '../../protocol/index.ts'
import { accountOf, openAccountKey } from '../../account/index.ts'
import { openChainSession } from '../../account/index.ts'
import type { ChainSession } from '../../account/index.ts'
import { bondNode, joinTask } from './bond-node.ts'
import type { BondNodeParameters } from './bond-node.ts'

/** What a command prints: an object with `--json`, else the text. */
export interface CommandResult {
  result: { event: string; ok: true } & Record<string, unknown>
  text: string
}

/** The parts of a configuration file that managing stake reads; members and operators have the same. */
export type StakeConfig = Pick<CoordinatorConfig, 'chain' | 'keys'> & { task: { id: bigint } }
type Role = 'member' | 'operator'

/** What a command about stake has: a chain session, and the token that it speaks in. */
export interface KeySession extends ChainSession {
  unit: TokenUnit
}

/**
 * Does something with one of the keys that a configuration file names. The result names the transactions that were sent, and errors have
 * their amounts in tokens.
 *
 * @throws QuorateError CONFIG_INVALID without that key, KEY_INVALID, RPC_UNREACHABLE, and what `work` throws
 */
export async function withKey(
  { chain, keys }: StakeConfig,
  key: 'owner' | 'operator',
  signal: AbortSignal,
  work: (session: KeySession) => Promise<CommandResult>,
): Promise<CommandResult> {
  const source = keys[key]
  if (!source) throw new QuorateError('CONFIG_INVALID', `this command needs keys.${key} in the configuration file`)
  const { rpcUrl, chainId, ledger } = chain
  const logger = createLogger({ name: 'quorate', level: 'warn' })
  await using session = await openChainSession({ rpcUrl, chainId, ledger, key: await openAccountKey(source), logger, signal })
  const unit = await readToken(session.chain, { token: session.contracts.token, signal })
  try {
    const { result, text } = await work({ ...session, unit })
    const { mined } = session
    return { result: { ...result, transactions: mined }, text: [text, ...describeMined(mined, unit)].join('\n') }
  } catch (error) {
    throw errorInTokens(error, unit)
  }
}

/**
 * Makes the keys of a node in a folder: `operator.key`, `peer.key` and, where asked, `owner.key`. Existing files are never touched.
 *
 * @throws QuorateError KEY_INVALID
 */
export async function makeKeys(folder: string, { owner = false }: { owner?: boolean } = {}): Promise<CommandResult> {
  const [operator, peer, ownerPath] = ['operator', 'peer', 'owner'].map((name) => `${folder}/${name}.key`) as [
    string,
    string,
    string,
  ]
  await createKeyFile(operator)
  await createKeyFile(peer)
  if (!owner) return { result: { event: 'keys', ok: true, operator, peer }, text: `Wrote ${operator} and ${peer}` }
  const address = privateKeyToAddress(await createKeyFile(ownerPath))
  return {
    result: { event: 'keys', ok: true, operator, peer, owner: ownerPath, ownerAddress: address },
    text: `Wrote ${operator}, ${peer} and ${ownerPath}\nOwner ${address}`,
  }
}

/** Amounts as users write them: tokens, and native currency to send from the owner to the operator key. */
export interface StakeOptions {
  amount: string
  gas: string
  signal: AbortSignal
}

/**
 * Adds to the free bond from the owner key and registers the node's keys.
 *
 * @throws QuorateError as `bondNode`
 */
export async function bondStake(config: StakeConfig, options: StakeOptions): Promise<CommandResult> {
  return withOwner(
    config,
    options,
    async (sender, parameters) => bondNode(sender, parameters),
    (account, unit) => ({
      result: { event: 'bonded', ok: true, ...account },
      text: `${account.owner} has ${formatTokens(account.bonded, unit)} bonded, of which ${formatTokens(account.free, unit)} are free`,
    }),
  )
}

/**
 * Puts stake at risk in the task of the configuration: bonds what is missing, registers the node's keys and allocates.
 *
 * @throws QuorateError as `joinTask`
 */
export async function joinStake(config: StakeConfig, options: StakeOptions & { role: Role }): Promise<CommandResult> {
  const { role } = options
  return withOwner(
    config,
    options,
    async (sender, parameters) => joinTask(sender, { ...parameters, role }),
    (account, unit) => {
      const allocated = `${account.owner} has ${formatTokens(account.allocated, unit)} in task ${config.task.id}`
      return {
        result: { event: 'joined', ok: true, task: config.task.id, ...account },
        text:
          role === 'member'
            ? `${allocated}, of which ${formatTokens(account.eligible, unit)} count; slot ${account.slot}`
            : `${allocated}; ${account.operatorEligible ? 'it may operate' : 'too little to operate'}`,
      }
    },
  )
}

/** Leaves the task: the stake there stops counting at once, and is free after the unbonding delay. */
export async function leaveStake(
  config: StakeConfig,
  { role, signal }: { role: Role; signal: AbortSignal },
): Promise<CommandResult> {
  return withKey(config, 'owner', signal, async ({ chain, contracts, sender, unit }) => {
    const { vault } = contracts
    const task = config.task.id
    await leaveTask(sender, { vault, task, signal })
    const account = await readAccount(chain, { vault, task, owner: sender.address, signal })
    const next = `quorate ${role === 'operator' ? 'coordinator' : 'member'} withdraw`
    const until = new Date(account.freeAt * 1000).toISOString()
    return {
      result: { event: 'left', ok: true, task, ...account },
      text: `Left task ${task}. ${formatTokens(account.allocated, unit)} stay at risk until ${until}; then: ${next}`,
    }
  })
}

/**
 * Pays out the free bond, after taking into it what has left the task long enough.
 *
 * @param options amount in tokens, or `all`
 * @throws QuorateError TRANSACTION_REVERTED with `StillLeaving` when nothing is free before the leave has ended
 */
export async function withdrawStake(
  config: StakeConfig,
  { amount, signal }: { amount: string; signal: AbortSignal },
): Promise<CommandResult> {
  return withKey(config, 'owner', signal, async ({ chain, contracts, sender, unit }) => {
    const { vault } = contracts
    const [task, owner] = [config.task.id, sender.address]
    const [before, { timestamp }] = await Promise.all([
      readAccount(chain, { vault, task, owner, signal }),
      chain.publicClient.getBlock(),
    ])
    const wanted = amount === 'all' ? undefined : parseAmount(amount, unit)
    const ended = before.freeAt <= Number(timestamp)
    // Without enough that is free the vault says until when the rest is at risk.
    if (before.freeAt !== 0 && (ended || before.free < (wanted ?? 1n))) await releaseStake(sender, { vault, task, signal })
    const { free } = await readAccount(chain, { vault, task, owner, signal })
    const paid = wanted ?? free
    await withdraw(sender, { vault, amount: paid, signal })
    return { result: { event: 'withdrawn', ok: true, amount: paid }, text: `Withdrew ${formatTokens(paid, unit)}` }
  })
}

/** Does something with the owner's account and the node's keys, and sends gas money to the operator key. */
async function withOwner(
  config: StakeConfig,
  { amount, gas, signal }: StakeOptions,
  act: (sender: TransactionSender, parameters: BondNodeParameters) => Promise<StakeAccount>,
  tell: (account: StakeAccount, unit: TokenUnit) => CommandResult,
): Promise<CommandResult> {
  return withKey(config, 'owner', signal, async ({ contracts, sender, chain, unit }) => {
    const operatorKey = await openAccountKey(config.keys.operator)
    const { vault } = contracts
    const before = await readAccount(chain, { vault, task: config.task.id, owner: sender.address, signal })
    const account = await act(sender, {
      contracts,
      task: config.task.id,
      amount: parseAmount(amount, unit),
      operatorKey,
      peerSeed: await loadKey(config.keys.peer),
      signal,
    })
    const value = parseEther(gas)
    if (value > 0n) await sendEther(sender, { to: accountOf(operatorKey).address, amount: value, signal })
    const { result, text } = tell(account, unit)
    return { result, text: [text, ...describeKeys(before, account)].join('\n') }
  })
}

/** What happened to the keys of a node, if anything did. */
function describeKeys(before: StakeAccount, after: StakeAccount): string[] {
  const operator = !sameAddress(before.operatorKey, after.operatorKey)
  const peer = before.peerKey !== after.peerKey
  if (!operator && !peer) return []
  if (sameAddress(before.operatorKey, zeroAddress)) return [`Registered the operator key ${after.operatorKey} and a peer key`]
  return [
    ...(operator ? [`Registered the operator key ${after.operatorKey} in place of ${before.operatorKey}`] : []),
    ...(peer ? ['Registered a new peer key in place of the old one'] : []),
    'Start the node again with the new keys: the old ones are void',
  ]
}
