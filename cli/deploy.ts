import { mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { parseEther } from 'viem'
import { privateKeyToAddress } from 'viem/accounts'
import {
  askChainId,
  accountFromKey,
  connectChain,
  deployGovernance,
  deployQuorate,
  DEVELOPMENT_TIMES,
  DEVELOPMENT_TOKEN,
  governanceRules,
  mintDevelopmentTokens,
  readToken,
  readVault,
  sendEther,
  shortestTimes,
  TransactionSender,
} from '../src/chain/index.ts'
import type { Chain, Contracts } from '../src/chain/index.ts'
import { createKeyFile, invitationText, loadKeyFile, readCoordinatorConfig } from '../src/config/index.ts'
import { createOutput, onInterrupt, toJson } from '../src/console/index.ts'
import { formatAmount, isQuorateError, parseAmount, QuorateError, silentLogger, systemClock } from '../src/core/index.ts'
import type { TokenUnit } from '../src/core/index.ts'
import { joinTask } from '../src/node/index.ts'
import { taskRule } from '../src/aggregation/index.ts'
import { modelByName } from '../src/training/index.ts'
import { openTask } from '../coordinator/actions/create-task.ts'
import { makeInvitation } from '../coordinator/actions/make-invitation.ts'
import { writeOperatorConfig } from '../coordinator/actions/operator-config.ts'
import { writeTaskFiles } from '../coordinator/actions/task-files.ts'
import { address, configuredRpc, positiveNumber, rpcOption, wholeNumber } from './chain-options.ts'
import { deployTerms } from './deploy-terms.ts'
import { flagValue } from './flag-value.ts'
import { publicRpc } from './invite.ts'
import { penaltiesIn, withTask } from './task-options.ts'
import { withTrial } from './task/check.ts'
import { plannedTask } from './task/planned-task.ts'
import type { PlannedTaskFlags } from './task/planned-task.ts'

/** The defaults of `--governance`; amounts are whole tokens of any unit. */
const RULES = governanceRules(DEVELOPMENT_TOKEN)

interface DeployFlags extends PlannedTaskFlags {
  rpc: readonly string[]
  chainId?: number
  keyFile: string
  token?: `0x${string}`
  operatorBond: string
  courtBond: string
  development: boolean
  blockTime: number
  governance: boolean
  guardian?: `0x${string}`
  votingDelay: number
  votingPeriod: number
  timelockDelay: number
  proposalThreshold: string
  governanceQuorum: number
  out: string
  grpc: string
  p2p: string
  json: boolean
}

/** Governor and timelock with the settings asked for. Settings below the usual minimum (of a local chain) become the minimum. */
async function govern(
  sender: TransactionSender,
  contracts: Contracts,
  flags: DeployFlags,
  unit: TokenUnit,
  signal: AbortSignal,
): Promise<Awaited<ReturnType<typeof deployGovernance>>> {
  const { votingDelay, votingPeriod, timelockDelay, governanceQuorum: quorumBps } = flags
  const proposalThreshold = parseAmount(flags.proposalThreshold, unit)
  const { bounds: defaults } = governanceRules(unit)
  const bounds = {
    ...defaults,
    minVotingDelay: Math.min(defaults.minVotingDelay, votingDelay),
    minVotingPeriod: Math.min(defaults.minVotingPeriod, votingPeriod),
  }
  const rules = { votingDelay, votingPeriod, timelockDelay, proposalThreshold, quorumBps, bounds }
  return deployGovernance(sender, { contracts, guardian: flags.guardian, rules, signal })
}

/**
 * `quorate deploy`: contracts, a funded task that its operator joined, and the operator's configuration. The task opens its first round once
 * `--min-members` members have joined.
 */
export default function deployCommand(program: Command): void {
  withTrial(
    withTask(
      program
        .command('deploy')
        .description('deploy the contracts on any EVM chain, create a funded task with an operator and write its configuration')
        .addOption(rpcOption().makeOptionMandatory())
        .requiredOption('--key-file <file>', 'private key that deploys, governs, and owns the bond of the operator')
        .requiredOption('--out <folder>', 'folder for deployment.json, keys, task files and coordinator.toml')
        .option('--chain-id <id>', 'expected chain id; any by default', wholeNumber)
        .option(
          '--token <address>',
          'staking token (ERC-20 of at most 24 decimals); a development token is deployed by default',
          address,
        )
        .option(
          '--task-file <file>',
          'task.toml of `quorate task init`; options for model, rule, rewards, windows and members then mean nothing',
        )
        .option('--operator-bond <tokens>', 'bond of the operator, above the minimum, so that it survives a missed turn', '1200')
        .option('--court-bond <tokens>', 'bond of a unit of a request to the court: the price of 200,000 gas, or more', '2')
        .option(
          '--development',
          'allow short windows, for a development chain: requests to the court may then reject a true claim',
          false,
        )
        .option(
          '--block-time <seconds>',
          'time between blocks of the chain; a window lasts at least five, the commit window eight',
          positiveNumber,
          12,
        )
        .option('--governance', 'give the contracts to a governor and timelock, so that the stake of members decides', false)
        .option('--guardian <address>', 'with --governance: multisig that may pause and cancel', address)
        .option('--voting-delay <seconds>', 'time from a proposal to the snapshot of its votes', wholeNumber, RULES.votingDelay)
        .option('--voting-period <seconds>', 'length of the vote', positiveNumber, RULES.votingPeriod)
        .option('--timelock-delay <seconds>', 'delay of decisions, longer than unbonding', positiveNumber, RULES.timelockDelay)
        .option(
          '--proposal-threshold <tokens>',
          'stake needed to propose',
          formatAmount(RULES.proposalThreshold, DEVELOPMENT_TOKEN),
        )
        .option(
          '--governance-quorum <bps>',
          'share of all stake that must vote, in basis points',
          positiveNumber,
          RULES.quorumBps,
        )
        .option('--grpc <host:port>', 'address on which the coordinator will listen for members', '0.0.0.0:7050')
        .option('--p2p <multiaddr>', 'address on which the coordinator will listen for peers', '/ip4/0.0.0.0/tcp/4001')
        .option('--json', 'print the result as JSON', false),
    ),
  ).action(async (flags: DeployFlags) => {
    const output = createOutput(flags.json)
    using interrupt = onInterrupt()
    const { signal } = interrupt
    const out = resolve(flags.out)
    const shown = (name: string): string => join(flags.out, name)
    if (flags.taskFile === undefined) {
      flagValue('--rule', () => taskRule(flags.rule))
      flagValue('--model', () => modelByName(flags.model))
      // The unit of the development token is known before the chain is.
      if (flags.token === undefined) deployTerms(flags, DEVELOPMENT_TOKEN)
    }
    const chainId = flags.chainId ?? (await askChainId(flags.rpc, signal))
    await using chain = await connectChain({ rpcUrl: flags.rpc, chainId, logger: silentLogger, signal })
    const sender = new TransactionSender({ chain, account: accountFromKey(await loadKeyFile(flags.keyFile)) })
    const unit = flags.token === undefined ? DEVELOPMENT_TOKEN : await readToken(chain, { token: flags.token, signal })
    // Refused before the first transaction, not after a dozen.
    if (flags.taskFile !== undefined) output.story('· training once, as a member would')
    const { files, terms, fines } = await plannedTask(flags, { unit, signal })
    const planned = flags.taskFile === undefined ? undefined : { files, terms, fines }
    const { operatorBond: bond, unitBond, rewardPerRound } = deployTerms(flags, unit, planned)
    await mkdir(out, { recursive: true })
    output.story('· deploying the contracts')
    const deployment = await deployQuorate(sender, {
      token: flags.token,
      unitBond,
      shortest: flags.development ? DEVELOPMENT_TIMES : shortestTimes(flags.blockTime),
      signal,
    })
    await writeFile(join(out, 'deployment.json'), `${toJson({ chainId, ...deployment })}\n`)

    const funding = rewardPerRound * BigInt(flags.rounds)
    const operatorKey = await createKeyFile(join(out, 'operator.key'))
    const peerSeed = await createKeyFile(join(out, 'peer.key'))
    if (deployment.developmentToken) {
      const { joiningFee } = await readVault(chain, { vault: deployment.vault, signal })
      const amount = bond + joiningFee + funding
      await mintDevelopmentTokens(sender, { token: deployment.token, to: sender.address, amount, signal })
    }
    output.story('· creating the task')
    await writeTaskFiles(out, files)
    const { task } = await openTask(sender, {
      contracts: deployment,
      files,
      ...terms,
      ...penaltiesIn(unit),
      ...fines,
      judge: deployment.judge,
      funding,
      signal,
    })
    output.story('· joining the task as its operator')
    await joinTask(sender, { contracts: deployment, task, role: 'operator', amount: bond, operatorKey, peerSeed, signal })
    // Gas for a few hundred rounds at today's usual prices; the operator key pays for its own posts.
    await sendEther(sender, { to: privateKeyToAddress(operatorKey), amount: parseEther('1'), signal })
    const governance = flags.governance ? await govern(sender, deployment, flags, unit, signal) : undefined
    if (governance) {
      output.story('· gave the contracts to the voters')
      const owner = governance.timelock
      await writeFile(join(out, 'deployment.json'), `${toJson({ chainId, ...deployment, owner, governance })}\n`)
    }
    const configPath = await writeOperatorConfig(out, {
      chain: { rpcUrl: configuredRpc(flags.rpc), chainId, ledger: deployment.ledger, fromBlock: Number(deployment.fromBlock) },
      task,
      ownerKey: flags.keyFile,
      grpc: flags.grpc,
      p2p: flags.p2p,
    }).catch((cause: unknown) => {
      throw new QuorateError('CONFIG_INVALID', `the contracts are deployed, but ${out} could not be written to`, { cause })
    })
    const invitation = await inviteIfReachable(chain, { configPath, out, signal })
    output.result(
      {
        event: 'deployed',
        ok: true,
        chainId,
        ...deployment,
        ...(governance && { owner: governance.timelock, governance }),
        task,
        config: configPath,
        ...(invitation !== undefined && { invitation }),
        at: systemClock.now(),
      },
      [
        `Ledger       ${deployment.ledger}`,
        `Vault        ${deployment.vault}`,
        `Distributor  ${deployment.distributor}`,
        `Judge        ${deployment.judge}`,
        `Token        ${deployment.token}${deployment.developmentToken ? ' (development token, minted by the deployer)' : ''}`,
        `Task         ${task}, which starts when ${terms.minMembers} members have joined`,
        ...(governance ? [`Governor     ${governance.governor}`, `Timelock     ${governance.timelock}`] : []),
        `Gas          ${deployment.gasUsed.toLocaleString('en')} in ${deployment.transactions} transactions`,
        invitation === undefined
          ? `Invite       quorate invite --config ${shown('coordinator.toml')} --address HOST:PORT`
          : `Invitation   ${shown('invitation.json')}, for the members: quorate member join ${shown('invitation.json')} --data FOLDER`,
        `Next         quorate coordinator run --config ${shown('coordinator.toml')}`,
      ].join('\n'),
    )
  })
}

/** The invitation beside the operator's files, if what the operator listens on can be dialled. */
async function inviteIfReachable(
  chain: Chain,
  { configPath, out, signal }: { configPath: string; out: string; signal: AbortSignal },
): Promise<string | undefined> {
  const config = await readCoordinatorConfig(configPath)
  try {
    const invitation = await makeInvitation(chain, { config, rpcUrl: publicRpc(config), signal })
    const path = join(out, 'invitation.json')
    await writeFile(path, invitationText(invitation))
    return path
  } catch (error) {
    if (isQuorateError(error, 'FLAG_INVALID')) return undefined
    throw error
  }
}
