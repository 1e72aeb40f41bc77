import type { Command } from 'commander'
import { readAccount, readOwnerOfKey, readVault, requestUnbond, withdraw } from '../../src/chain/index.ts'
import { createKeyFile, formatAmount, loadKeyFile, parseAmount, readMemberConfig } from '../../src/config/index.ts'
import type { MemberConfig } from '../../src/config/index.ts'
import { createOutput, onInterrupt } from '../../src/console/index.ts'
import { QuorateError } from '../../src/core/index.ts'
import { bondNode, openChainSession } from '../../src/node/index.ts'
import type { ChainSession } from '../../src/node/index.ts'
import { createLogger } from '../../src/observe/index.ts'
import { claimRewards } from '../actions/claim-rewards.ts'
import { runMember } from './run-member.ts'

interface Common {
  config: string
  json: boolean
}

function withCommon(command: Command): Command {
  return command
    .requiredOption('--config <file>', 'configuration file (TOML)')
    .option('--json', 'print the result as JSON', false)
}

async function session(config: MemberConfig, key: 'owner' | 'operator', signal: AbortSignal): Promise<ChainSession> {
  const path = key === 'owner' ? config.keys.owner : config.keys.operator
  if (!path) throw new QuorateError('CONFIG_INVALID', 'this command needs keys.owner in the configuration file')
  const { rpcUrl, chainId, ledger } = config.chain
  const logger = createLogger({ name: 'member', level: 'warn' })
  return openChainSession({ rpcUrl, chainId, ledger, key: await loadKeyFile(path), logger, signal })
}

/** `quorate member keygen | bond | run | claim | unbond | withdraw`. */
export default function memberCommand(program: Command): void {
  const command = program.command('member').description('run a consortium member')

  command
    .command('keygen')
    .description('make an operator key and a peer key')
    .requiredOption('--out <folder>', 'folder for operator.key and peer.key')
    .option('--json', 'print the result as JSON', false)
    .action(async ({ out, json }: { out: string; json: boolean }) => {
      for (const name of ['operator', 'peer']) await createKeyFile(`${out}/${name}.key`)
      createOutput(json).result(
        { event: 'keys', ok: true, operator: `${out}/operator.key`, peer: `${out}/peer.key` },
        `Wrote ${out}/operator.key and ${out}/peer.key`,
      )
    })

  withCommon(command.command('bond'))
    .description('bond stake from the owner key and register the node keys; repeat to add stake or rotate keys')
    .option('--amount <tokens>', 'tokens to add to the bond', '0')
    .action(async ({ config: path, json, amount }: Common & { amount: string }) => {
      const config = await readMemberConfig(path)
      using interrupt = onInterrupt()
      await using chain = await session(config, 'owner', interrupt.signal)
      const account = await bondNode(chain.sender, {
        contracts: chain.contracts,
        role: 'member',
        amount: parseAmount(amount),
        operatorKey: await loadKeyFile(config.keys.operator),
        peerSeed: await loadKeyFile(config.keys.peer),
        signal: interrupt.signal,
      })
      createOutput(json).result(
        { event: 'bonded', ok: true, ...account },
        `${account.owner} has ${formatAmount(account.bonded)} tokens bonded, of which ${formatAmount(account.eligible)} count; slot ${account.slot}`,
      )
    })

  withCommon(command.command('run'))
    .description('take part until interrupted; one JSON line per event with --json')
    .action(async ({ config: path, json }: Common) => runMember({ path, json }))

  withCommon(command.command('claim'))
    .description('collect the rewards earned; works while the node runs')
    .action(async ({ config: path, json }: Common) => {
      const config = await readMemberConfig(path)
      using interrupt = onInterrupt()
      const { signal } = interrupt
      await using chain = await session(config, config.keys.owner ? 'owner' : 'operator', signal)
      const { account } = chain.sender
      const member = config.keys.owner
        ? account.address
        : await readOwnerOfKey(chain.chain, { vault: chain.contracts.vault, operatorKey: account.address, signal })
      const claimed = await claimRewards(chain.sender, {
        contracts: chain.contracts,
        task: config.task.id,
        member,
        dataFolder: config.data.folder,
        fromBlock: config.chain.fromBlock,
        signal,
      })
      createOutput(json).result(
        { event: 'claimed', ok: true, member, ...claimed },
        `${member} received ${formatAmount(claimed.amount)} tokens for the rounds up to ${claimed.round} (${formatAmount(claimed.total)} in all)`,
      )
    })

  withCommon(command.command('unbond'))
    .description('take stake out: it stops counting at once and can be withdrawn after the unbonding delay')
    .requiredOption('--amount <tokens>', 'tokens to unbond, or "all"')
    .action(async ({ config: path, json, amount }: Common & { amount: string }) => {
      const config = await readMemberConfig(path)
      using interrupt = onInterrupt()
      const { signal } = interrupt
      await using chain = await session(config, 'owner', signal)
      const { vault } = chain.contracts
      const owner = chain.sender.address
      const before = await readAccount(chain.chain, { vault, owner, signal })
      await requestUnbond(chain.sender, { vault, amount: amount === 'all' ? before.bonded : parseAmount(amount), signal })
      const [account, rules] = await Promise.all([
        readAccount(chain.chain, { vault, owner, signal }),
        readVault(chain.chain, { vault, signal }),
      ])
      createOutput(json).result(
        { event: 'unbonding', ok: true, ...account, unbondingDelay: rules.unbondingDelay },
        `${formatAmount(account.unbonding)} tokens unbond until ${new Date(account.unlockAt * 1000).toISOString()}; then: quorate member withdraw`,
      )
    })

  withCommon(command.command('withdraw'))
    .description('withdraw stake whose unbonding delay is over')
    .action(async ({ config: path, json }: Common) => {
      const config = await readMemberConfig(path)
      using interrupt = onInterrupt()
      await using chain = await session(config, 'owner', interrupt.signal)
      const { vault } = chain.contracts
      const before = await readAccount(chain.chain, { vault, owner: chain.sender.address })
      await withdraw(chain.sender, { vault, signal: interrupt.signal })
      createOutput(json).result(
        { event: 'withdrawn', ok: true, amount: before.unbonding },
        `Withdrew ${formatAmount(before.unbonding)} tokens`,
      )
    })
}
