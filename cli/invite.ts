import { writeFile } from 'node:fs/promises'
import { InvalidArgumentError } from 'commander'
import type { Command } from 'commander'
import { connectChain } from '../src/chain/index.ts'
import { invitationText, readCoordinatorConfig, readInvitation } from '../src/config/index.ts'
import type { CoordinatorConfig, Invitation } from '../src/config/index.ts'
import { createOutput, onInterrupt } from '../src/console/index.ts'
import { QuorateError, silentLogger, systemClock } from '../src/core/index.ts'
import { parseDocument } from '../src/protocol/index.ts'
import { makeInvitation } from '../coordinator/actions/make-invitation.ts'
import { configuredRpc, positiveNumber, rpcOption } from './chain-options.ts'

interface InviteFlags {
  config: string
  out: string
  address?: string
  rpc?: string[]
  amount?: string
  days: number
  with: string[]
  json: boolean
}

const DAY = 86_400

/** `quorate invite`: a file without secrets, by which others join a task in one command. */
export default function inviteCommand(program: Command): void {
  program
    .command('invite')
    .description('write an invitation to the task of an operator: `quorate member join <invitation>` needs nothing else')
    .requiredOption('--config <file>', 'coordinator.toml of an operator that has joined the task')
    .option('--out <file>', 'where the invitation goes; an older one is replaced', 'invitation.json')
    .option('--address <host:port>', 'by which members reach the operator; what it listens on by default', hostPort)
    .addOption(
      rpcOption(
        'chain node to name in the invitation, repeatable; by default that of the configuration, unless its URL may hold a key',
      ),
    )
    .option('--amount <tokens>', 'tokens to ask of each member; by default the least that the vault takes')
    .option('--days <n>', 'days until the invitation ends', positiveNumber, 14)
    .option(
      '--with <file>',
      'invitation that another operator of the task wrote, repeatable: members then know both',
      (file: string, before: string[]) => [...before, file],
      [],
    )
    .option('--json', 'print the result as JSON', false)
    .action(async (flags: InviteFlags) => {
      using interrupt = onInterrupt()
      const { signal } = interrupt
      const config = await readCoordinatorConfig(flags.config)
      const rpcUrl = flags.rpc ? configuredRpc(flags.rpc) : publicRpc(config)
      const others = (await Promise.all(flags.with.map(async (path) => sameTask(path, config)))).flatMap(
        ({ operators }) => operators,
      )
      const { rpcUrl: own, chainId } = config.chain
      await using chain = await connectChain({ rpcUrl: own, chainId, logger: silentLogger, signal })
      const invitation = await makeInvitation(chain, {
        config,
        address: flags.address,
        rpcUrl,
        stake: flags.amount,
        joinBy: systemClock.now() + flags.days * DAY,
        others,
        signal,
      })
      await writeFile(flags.out, invitationText(invitation))
      createOutput(flags.json).result(
        { event: 'invitation', ok: true, ...describeInvitation(invitation), file: flags.out },
        [
          ...invitationLines(invitation),
          `Next         send ${flags.out} to the members: quorate member join ${flags.out} --data FOLDER`,
        ].join('\n'),
      )
    })
}

/** What people compare before they send or accept an invitation. */
export function invitationLines(invitation: Invitation): string[] {
  const { stake, token, joinBy, operators, task } = invitation
  return [
    `Invitation   to task ${task.id}, "${parseDocument(task.document).name}", with ${stake} ${token.symbol} at risk`,
    ...operators.flatMap(({ address, fingerprint }) => [`Operator     ${address}`, `Fingerprint  ${fingerprint}`]),
    ...(joinBy === undefined ? [] : [`Join by      ${joinBy}`]),
  ]
}

function describeInvitation({ task, stake, joinBy, operators }: Invitation): Record<string, unknown> {
  return {
    task: task.id,
    stake,
    joinBy,
    operators: operators.map(({ owner, address, fingerprint }) => ({ owner, address, fingerprint })),
  }
}

/**
 * The chain nodes of a configuration, if their URLs are those of anybody.
 *
 * @throws QuorateError FLAG_INVALID for a URL with a user, a path or a query, where providers put keys
 */
export function publicRpc({ chain }: Pick<CoordinatorConfig, 'chain'>): string | string[] {
  const urls = [chain.rpcUrl].flat()
  for (const url of urls) {
    const { username, password, pathname, search } = new URL(url)
    if (username || password || search || pathname.length > 1)
      throw new QuorateError(
        'FLAG_INVALID',
        '--rpc: the URL of the chain node in the configuration may hold a key: name a node that everybody may know',
      )
  }
  return configuredRpc(urls)
}

async function sameTask(path: string, { chain, task }: CoordinatorConfig): Promise<Invitation> {
  const other = await readInvitation(path)
  if (other.chain.ledger === chain.ledger && other.task.id === task.id) return other
  throw new QuorateError('FLAG_INVALID', `--with: ${path} invites to task ${other.task.id} of ledger ${other.chain.ledger}`)
}

function hostPort(text: string): string {
  if (!/^(?:[^\s:/[\]]+|\[[0-9a-fA-F:.]+\]):\d{1,5}$/.test(text)) throw new InvalidArgumentError('expected HOST:PORT.')
  return text
}
