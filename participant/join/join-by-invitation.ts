import { accountFromKey, TransactionSender } from '../../src/chain/index.ts'
import { describeAccountSource, loadKeyFile } from '../../src/config/index.ts'
import { formatAmount, formatTokens, NATIVE, parseAmount, QuorateError, systemClock } from '../../src/core/index.ts'
import type { Clock } from '../../src/core/index.ts'
import { joinStake, verifyInvitation } from '../../src/node/actions/index.ts'
import type { CommandResult } from '../../src/node/index.ts'
import { parseDocument } from '../../src/protocol/index.ts'
import { checkData } from './check-data.ts'
import { awaitFunds } from './funds.ts'
import { memberFiles } from './member-files.ts'
import type { MemberFilesOptions } from './member-files.ts'
import { openInvitation } from './open-invitation.ts'

export interface JoinOptions extends Omit<MemberFilesOptions, 'rpcUrl'> {
  /** Invitation file, or address of an operator. */
  invitation: string
  rpc?: string[]
  fingerprint?: string
  /** Tokens to put at risk; what the invitation asks for if left out. */
  amount?: string
  /** Native currency for the operator key. */
  gas: string
  /** Key file of the deployer of a development token, which mints what is missing. */
  developmentKey?: string
  /** Whether to wait for funds. */
  wait: boolean
  story: (line: string) => void
  signal: AbortSignal
  clock?: Pick<Clock, 'sleep' | 'now'>
}

export interface Joined extends CommandResult {
  /** `member.toml`. */
  path: string
}

/**
 * Makes a member of whoever has an invitation: compares it with the chain, holds the data against the task's schema, writes keys, certificates and
 * `member.toml`, says what to fund and where, bonds and allocates. Its state is on disk and on the chain: repeated, it goes on where it stood, and does nothing twice.
 *
 * @throws QuorateError those of `openInvitation`, `verifyInvitation`, `checkData`, `memberFiles`, `awaitFunds` and `joinStake`
 */
export async function joinByInvitation(options: JoinOptions): Promise<Joined> {
  const { story, signal, clock = systemClock, wait, developmentKey } = options
  const { invitation, rpcUrl, chain } = await openInvitation(options.invitation, options)
  await using _closing = { [Symbol.asyncDispose]: async () => chain.close() }
  const {
    contracts,
    task,
    vault,
    unit,
    stake: asked,
    operators,
  } = await verifyInvitation(chain, invitation, { now: clock.now(), signal })
  const { name } = parseDocument(invitation.task.document)
  story(
    `· invitation: task ${task.task}, "${name}", as the chain has it; ${operators} of ${invitation.operators.length} operators may operate`,
  )
  for (const { address, fingerprint } of invitation.operators) story(`    ${address}  ${fingerprint}`)

  const stake = options.amount === undefined ? asked : parseAmount(options.amount, unit)
  if (stake < vault.minBond)
    throw new QuorateError('STAKE_TOO_LOW', `--amount: a member puts at least ${formatTokens(vault.minBond, unit)} at risk`)
  const gas = parseAmount(options.gas, NATIVE)
  const data = await checkData(invitation.task.document, {
    data: options.data,
    ownProgram: options.trainer !== undefined,
    story,
    signal,
  })
  if (data) story(`· data: fits the task; ${data.train} records to train on, ${data.heldOut} to measure with`)

  const files = await memberFiles(invitation, { ...options, rpcUrl })
  story(
    files.written.length > 0
      ? `· files: wrote ${files.written.join(', ')} in ${options.out}`
      : `· files: ${files.path} is there already`,
  )

  const { owner, operatorKey, config } = files
  const plan = { contracts, task: task.task, vault, unit, owner, operatorKey, stake, gas }
  const mint =
    developmentKey === undefined
      ? undefined
      : new TransactionSender({ chain, account: accountFromKey(await loadKeyFile(developmentKey)) })
  const { account, toAllocate, toSend } = await awaitFunds(chain, plan, { mint, wait, story, clock, signal })
  if (account.freeAt !== 0 && account.freeAt > clock.now())
    throw new QuorateError(
      'STAKE_TOO_LOW',
      `${owner} has left task ${task.task}, and its stake there is free from ${isoTime(account.freeAt)}`,
    )
  const joined = await joinStake(config, {
    role: 'member',
    amount: formatAmount(toAllocate, unit),
    gas: formatAmount(toSend, NATIVE),
    signal,
  })
  story(toAllocate > 0n ? `· stake: put ${formatTokens(toAllocate, unit)} at risk` : '· stake: is in the task already')
  return {
    path: files.path,
    result: { ...joined.result, config: files.path, owner, operatorKey, ...(data && { data }) },
    text: [
      joined.text,
      `Secret  ${describeAccountSource(config.keys.owner!)} owns the stake: keep a copy at another place`,
      `Next    quorate member run --config ${files.path}`,
    ].join('\n'),
  }
}

const isoTime = (seconds: number): string => new Date(seconds * 1000).toISOString()
