import type { Command } from 'commander'
import { InvalidArgumentError } from 'commander'
import {
  askChainId,
  cancelOperation,
  findGovernance,
  findProposal,
  pauseContracts,
  readPause,
  readProposal,
  unpauseContracts,
} from '../src/chain/index.ts'
import type { Chain, PauseStatus, TransactionResult, TransactionSender } from '../src/chain/index.ts'
import { loadKeyFile } from '../src/config/index.ts'
import { createOutput, onInterrupt } from '../src/console/index.ts'
import { QuorateError, silentLogger } from '../src/core/index.ts'
import { openChainSession } from '../src/account/index.ts'
import type { Address, Hash } from '../src/protocol/index.ts'
import { address, positiveNumber, rpcOption, wholeNumber } from './chain-options.ts'
import { connectTo } from './connect.ts'
import { proposalReference } from './gov/session.ts'

interface GuardianFlags {
  rpc: readonly string[]
  ledger: Address
  chainId?: number
  json: boolean
}

interface HolderFlags extends GuardianFlags {
  keyFile: string
}

function common(command: Command): Command {
  return command
    .addOption(rpcOption().makeOptionMandatory())
    .requiredOption('--ledger <address>', 'address of the RoundLedger', address)
    .option('--chain-id <id>', 'expected chain id; any by default', wholeNumber)
    .option('--json', 'print the result as JSON', false)
}

const holder = (command: Command): Command =>
  common(command).requiredOption('--key-file <file>', 'private key of the holder of the guardian')

function hash(text: string): Hash {
  if (!/^0x[0-9a-fA-F]{64}$/.test(text)) throw new InvalidArgumentError('expected an id, 0x and 64 hexadecimal digits.')
  return text as Hash
}

async function operationOf(chain: Chain, ledger: Address, reference: string): Promise<Hash> {
  const governance = await findGovernance(chain, { ledger })
  const { proposal } = await findProposal(chain, { governance, reference })
  return (await readProposal(chain, { governance, proposal })).operation
}

/** `quorate guardian`: the emergency actions of a multisig. */
export default function guardianCommand(program: Command): void {
  const guardian = program.command('guardian').description('pause the contracts for a limited time, or cancel a queued proposal')

  common(guardian.command('status'))
    .description('show whether the contracts are paused, until when, and which account may pause them')
    .action(async (flags: GuardianFlags) => {
      const { chain } = await connectTo(flags)
      try {
        const status = await readPause(chain, flags)
        createOutput(flags.json).result(
          { event: 'guardian', ok: true, paused: status.pausedUntil !== undefined, ...status },
          describe(status),
        )
      } finally {
        await chain.close()
      }
    })

  holder(guardian.command('pause'))
    .description('stop ledger, vault and rewards; deadlines stand still meanwhile')
    .requiredOption('--seconds <n>', 'length of the pause, which then ends by itself', positiveNumber)
    .action(async (flags: HolderFlags & { seconds: number }) =>
      act(flags, 'paused', async (sender, address_, signal) =>
        pauseContracts(sender, { guardian: address_, seconds: flags.seconds, signal }),
      ),
    )

  holder(guardian.command('unpause'))
    .description('end the pause early')
    .action(async (flags: HolderFlags) =>
      act(flags, 'unpaused', async (sender, address_, signal) => unpauseContracts(sender, { guardian: address_, signal })),
    )

  holder(guardian.command('cancel'))
    .description('cancel a queued proposal')
    .option('--proposal <number>', 'proposal, such as 3; `quorate gov status` lists them', proposalReference)
    .option('--operation <id>', 'id of the operation in the timelock, instead of --proposal', hash)
    .action(async (flags: HolderFlags & { proposal?: string; operation?: Hash }) => {
      if ((flags.proposal === undefined) === (flags.operation === undefined)) {
        throw new QuorateError('USAGE', 'pass exactly one of --proposal and --operation')
      }
      return act(flags, 'cancelled', async (sender, address_, signal) => {
        const operation = flags.operation ?? (await operationOf(sender.chain, flags.ledger, flags.proposal!))
        return cancelOperation(sender, { guardian: address_, operation, signal })
      })
    })
}

async function act(
  flags: HolderFlags,
  event: string,
  write: (sender: TransactionSender, guardian: Address, signal: AbortSignal) => Promise<TransactionResult>,
): Promise<void> {
  using interrupt = onInterrupt()
  const { signal } = interrupt
  const key = await loadKeyFile(flags.keyFile)
  const { rpc: rpcUrl, ledger } = flags
  const chainId = flags.chainId ?? (await askChainId(rpcUrl, signal))
  await using session = await openChainSession({ rpcUrl, chainId, ledger, key, logger: silentLogger, signal })
  const { guardian } = await readPause(session.chain, { ledger, signal })
  if (guardian === undefined) {
    throw new QuorateError(
      'CONTRACT_NOT_FOUND',
      `the ledger ${ledger} has no guardian, so it cannot be paused; governance names a guardian with setGuardian`,
    )
  }
  const { hash: transaction, gasUsed } = await write(session.sender, guardian, signal)
  const status = await readPause(session.chain, { ledger, signal })
  createOutput(flags.json).result({ event, ok: true, transaction, gasUsed, ...status }, describe(status))
}

function describe({ guardian, holder: held, pausedUntil, pausableFrom, maxPause }: PauseStatus): string {
  const time = (seconds: number): string => new Date(seconds * 1000).toISOString()
  return [
    pausedUntil === undefined
      ? 'The contracts are not paused.'
      : `Paused until ${time(pausedUntil)}; deadlines stand still until then.`,
    guardian === undefined
      ? 'They have no guardian, so no account can pause them.'
      : `Guardian ${guardian}${held === undefined ? '' : `, held by ${held}`}`,
    `A pause lasts at most ${maxPause} seconds${pausableFrom === 0 ? '' : `; the next may begin at ${time(pausableFrom)}`}.`,
  ].join('\n')
}
