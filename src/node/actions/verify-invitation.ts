import { findContracts, readAccount, readTask, readToken, readVault } from '../../chain/index.ts'
import type { Chain, Contracts, Task, VaultState } from '../../chain/index.ts'
import type { Invitation } from '../../config/index.ts'
import { formatTokens, parseAmount, QuorateError } from '../../core/index.ts'
import type { TokenUnit } from '../../core/index.ts'
import { checkSpec, decodeSpec, sameAddress, specHash } from '../../protocol/index.ts'

/** What the chain says of an invitation that fits it. */
export interface VerifiedInvitation {
  contracts: Contracts
  task: Task
  vault: VaultState
  unit: TokenUnit
  /** Token wei that the founder asks for. */
  stake: bigint
  /** Operators of the invitation that may hold the seat now. */
  operators: number
}

/**
 * Compares an invitation with the chain: contracts, task, specification, token and operators. An invitation is a text that anybody may have changed on its
 * way; the chain is what a member believes.
 *
 * @throws QuorateError INVITATION_INVALID naming the difference, INVITATION_EXPIRED, TASK_ENDED, CONTRACT_NOT_FOUND, SPEC_OUT_OF_BOUNDS, those of `readTask`
 * @example const { contracts, unit } = await verifyInvitation(chain, invitation, { now: systemClock.now() })
 */
export async function verifyInvitation(
  chain: Chain,
  invitation: Invitation,
  /** `now`: Unix seconds. */
  { now, signal }: { now: number; signal?: AbortSignal },
): Promise<VerifiedInvitation> {
  const { joinBy } = invitation
  if (joinBy !== undefined && Date.parse(joinBy) < now * 1000)
    throw new QuorateError('INVITATION_EXPIRED', `the invitation ended at ${joinBy}`, { details: { joinBy } })
  const { ledger } = invitation.chain
  const { id } = invitation.task
  const contracts = await findContracts(chain, { ledger, task: id, signal })
  const names = ['vault', 'distributor', 'judge', 'token'] as const
  for (const name of names)
    if (!sameAddress(invitation.contracts[name], contracts[name]))
      throw differs(
        `the ${name} of ledger ${ledger} is ${contracts[name]} on chain, and ${invitation.contracts[name]} in the invitation`,
      )
  const [task, vault, unit] = await Promise.all([
    readTask(chain, { ledger, task: id, signal }),
    readVault(chain, { vault: contracts.vault, signal }),
    readToken(chain, { token: contracts.token, signal }),
  ])
  const spec = decodeSpec(invitation.task.specification)
  if (specHash(spec) !== task.specHash) throw differs(`its specification is not that of task ${id} on chain`)
  checkSpec(spec)
  if (unit.symbol !== invitation.token.symbol || unit.decimals !== invitation.token.decimals)
    throw differs(
      `it names the token ${invitation.token.symbol} with ${invitation.token.decimals} decimals, and the chain ${unit.symbol} with ${unit.decimals}`,
    )
  if (task.stopped || task.judgeRetired) throw new QuorateError('TASK_ENDED', `task ${id} has ended`)
  const stake = parseAmount(invitation.stake, unit)
  if (stake < vault.minBond)
    throw differs(`it asks for ${formatTokens(stake, unit)}, and the vault takes at least ${formatTokens(vault.minBond, unit)}`)
  const accounts = await Promise.all(
    invitation.operators.map(async ({ owner }) => readAccount(chain, { vault: contracts.vault, task: id, owner, signal })),
  )
  const operators = accounts.filter(({ operatorEligible }) => operatorEligible).length
  if (operators === 0)
    throw differs(
      `none of its operators may operate task ${id} now (${accounts.map(({ owner }) => owner).join(', ')}): an operator joins with \`quorate coordinator join\``,
    )
  return { contracts, task, vault, unit, stake, operators }
}

function differs(problem: string): QuorateError {
  return new QuorateError('INVITATION_INVALID', `the invitation does not fit the chain: ${problem}`)
}
