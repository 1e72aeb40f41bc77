import { parseEther } from 'viem'
import { privateKeyToAddress } from 'viem/accounts'
import { readAccount, readVault, requestUnbond, sendEther, withdraw } from '../../chain/index.ts'
import { createKeyFile, formatAmount, loadKeyFile, parseAmount } from '../../config/index.ts'
import type { CoordinatorConfig } from '../../config/index.ts'
import { QuorateError } from '../../core/index.ts'
import { createLogger } from '../../observe/index.ts'
import { openChainSession } from '../chain/chain-session.ts'
import type { ChainSession } from '../chain/chain-session.ts'
import { bondNode } from './bond-node.ts'

/** What a command prints: an object with `--json`, else the text. */
export interface CommandResult {
  result: { event: string; ok: true } & Record<string, unknown>
  text: string
}

/** The parts of a configuration file that managing stake reads; members and operators have the same. */
export type StakeConfig = Pick<CoordinatorConfig, 'chain' | 'keys'>
type Role = 'member' | 'operator'

/**
 * A chain session with one of the keys that a configuration file names.
 *
 * @throws QuorateError CONFIG_INVALID without that key, KEY_INVALID, RPC_UNREACHABLE, …
 */
export async function keySession(
  { chain, keys }: StakeConfig,
  key: 'owner' | 'operator',
  signal: AbortSignal,
): Promise<ChainSession> {
  const path = keys[key]
  if (!path) throw new QuorateError('CONFIG_INVALID', `this command needs keys.${key} in the configuration file`)
  const { rpcUrl, chainId, ledger } = chain
  const logger = createLogger({ name: 'quorate', level: 'warn' })
  return openChainSession({ rpcUrl, chainId, ledger, key: await loadKeyFile(path), logger, signal })
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

/**
 * Bonds stake from the owner key and registers the node's keys.
 *
 * @param options amounts as users write them: tokens, and native currency to send from the owner to the operator key
 * @throws QuorateError as `bondNode`
 */
export async function bondStake(
  config: StakeConfig,
  options: { role: Role; amount: string; gas: string; signal: AbortSignal },
): Promise<CommandResult> {
  const { role, amount, gas, signal } = options
  await using chain = await keySession(config, 'owner', signal)
  const operatorKey = await loadKeyFile(config.keys.operator)
  const account = await bondNode(chain.sender, {
    contracts: chain.contracts,
    role,
    amount: parseAmount(amount),
    operatorKey,
    peerSeed: await loadKeyFile(config.keys.peer),
    signal,
  })
  const value = parseEther(gas)
  if (value > 0n) await sendEther(chain.sender, { to: privateKeyToAddress(operatorKey), amount: value, signal })
  const bonded = `${account.owner} has ${formatAmount(account.bonded)} tokens bonded`
  return {
    result: { event: 'bonded', ok: true, ...account },
    text:
      role === 'member'
        ? `${bonded}, of which ${formatAmount(account.eligible)} count; slot ${account.slot}`
        : `${bonded}; ${account.operatorEligible ? 'it may operate' : 'too little to operate'}`,
  }
}

/**
 * Takes stake out of the bond: it stops counting at once and can be withdrawn after the unbonding delay.
 *
 * @param options amount in tokens, or `all`
 */
export async function unbondStake(
  config: StakeConfig,
  { role, amount, signal }: { role: Role; amount: string; signal: AbortSignal },
): Promise<CommandResult> {
  await using session = await keySession(config, 'owner', signal)
  const { chain, contracts, sender } = session
  const { vault } = contracts
  const owner = sender.address
  const before = await readAccount(chain, { vault, owner, signal })
  await requestUnbond(sender, { vault, amount: amount === 'all' ? before.bonded : parseAmount(amount), signal })
  const [account, { unbondingDelay }] = await Promise.all([
    readAccount(chain, { vault, owner, signal }),
    readVault(chain, { vault, signal }),
  ])
  const next = `quorate ${role === 'operator' ? 'coordinator' : 'member'} withdraw`
  return {
    result: { event: 'unbonding', ok: true, ...account, unbondingDelay },
    text: `${formatAmount(account.unbonding)} tokens unbond until ${new Date(account.unlockAt * 1000).toISOString()}; then: ${next}`,
  }
}

/** Withdraws stake whose unbonding delay is over. */
export async function withdrawStake(config: StakeConfig, signal: AbortSignal): Promise<CommandResult> {
  await using session = await keySession(config, 'owner', signal)
  const { chain, contracts, sender } = session
  const { unbonding } = await readAccount(chain, { vault: contracts.vault, owner: sender.address, signal })
  await withdraw(sender, { vault: contracts.vault, signal })
  return { result: { event: 'withdrawn', ok: true, amount: unbonding }, text: `Withdrew ${formatAmount(unbonding)} tokens` }
}
