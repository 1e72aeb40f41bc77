import type { Command } from 'commander'
import { DEVELOPMENT_TOKEN, governanceRules, UNBONDING_DELAY } from '../src/chain/index.ts'
import { formatAmount } from '../src/core/index.ts'
import { address, positiveNumber, rpcOption, wholeNumber } from './chain-options.ts'
import { runDeploy } from './deploy/run-deploy.ts'
import { withTask } from './task-options.ts'
import { withTrial } from './task/check.ts'

/** The defaults of `--governance`; amounts are whole tokens of any unit. */
const RULES = governanceRules(DEVELOPMENT_TOKEN)

/**
 * `quorate deploy`: contracts, a funded task that its operator joined, and the operator's configuration. The task opens its first round once
 * `--min-members` members have joined. A deployment that stopped goes on when the command is repeated.
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
        .option(
          '--unbonding-delay <seconds>',
          'how long stake stays slashable after its owner leaves; shorter only with --development',
          positiveNumber,
          UNBONDING_DELAY,
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
  ).action(runDeploy)
}
