import { InvalidArgumentError } from 'commander'
import type { Command } from 'commander'
import {
  DEFAULT_MIN_SEALED_BPS,
  DEFAULT_MIN_SEALED_DRAWN_BPS,
  DEFAULT_OPERATOR_SHARE_BPS,
  DEFAULT_QUORUM_BPS,
  DEFAULT_TOLERANCE_BPS,
} from '../coordinator/actions/create-task.ts'
import { taskRuleNames } from '../src/aggregation/index.ts'
import { parseAmount, wholeTokens } from '../src/core/index.ts'
import type { TokenUnit } from '../src/core/index.ts'
import { SpecBounds } from '../src/protocol/index.ts'
import { positiveNumber, wholeNumber } from './chain-options.ts'
import { flagValue } from './flag-value.ts'

/** Options that open a task. Amounts in tokens, times in seconds. */
export interface TaskFlags {
  model: string
  rule: string
  byzantine: number
  reward: string
  rounds: number
  commit: number
  reveal: number
  attest: number
  post: number
  challenge: number
  quorum: number
  tolerance: number
  committee: number
  minSealed?: number
  operatorShare: number
  minMembers: number
  minStake: string
  localSamples?: number
  seed: number
}

/** At most the tolerance, which is below a third. */
function byzantineShare(text: string): number {
  const bps = wholeNumber(text)
  const { most } = SpecBounds.byzantineBps
  if (bps > most) throw new InvalidArgumentError(`expected 0 to ${most} basis points, at most --tolerance.`)
  return bps
}

/** Above one half, as the ledger requires. */
export function quorumShare(text: string): number {
  const bps = wholeNumber(text)
  if (bps < 5001 || bps > 10_000) throw new InvalidArgumentError('expected 5001 to 10000 basis points.')
  return bps
}

/** A quarter to a third, as the judge's thresholds need. */
export function toleranceShare(text: string): number {
  const bps = wholeNumber(text)
  const { least, most } = SpecBounds.toleranceBps
  if (bps < least || bps > most) throw new InvalidArgumentError(`expected ${least} to ${most} basis points.`)
  return bps
}

export function sealedShare(text: string): number {
  const bps = wholeNumber(text)
  const { least, most } = SpecBounds.minSealedBps
  if (bps < least || bps > most) throw new InvalidArgumentError(`expected ${least} to ${most} basis points.`)
  return bps
}

/** What an operator may earn of a round. */
export function operatorsShare(text: string): number {
  const bps = wholeNumber(text)
  const { least, most } = SpecBounds.operatorShareBps
  if (bps < least || bps > most) throw new InvalidArgumentError(`expected ${least} to ${most} basis points.`)
  return bps
}

/** 0, or how many members a round is expected to have. */
export function committeeSize(text: string): number {
  const size = wholeNumber(text)
  const { most } = SpecBounds.committee
  if (size > most) throw new InvalidArgumentError(`expected 0 to ${most} members.`)
  return size
}

/** Text of the option `--committee`. */
export const COMMITTEE_HELP =
  'draw about so many members for each round, 1 to 80, so that more than 128 may join (a small committee tolerates few attackers: take 80); 0: everybody takes part'

/** Text of the option `--rule`. */
export const RULE_HELP = `nnmGm (robust), mean (no filter), or one of ${taskRuleNames.filter((name) => name !== 'nnmGm' && name !== 'mean').join(', ')}; quorate lab has more rules`

export function withTask(command: Command): Command {
  return command
    .option('--model <name>', 'mlp, cnn or cnn-wide', 'mlp')
    .option('--rule <name>', RULE_HELP, 'nnmGm')
    .option('--byzantine <bps>', 'tolerated Byzantine share of the stake in basis points', byzantineShare, 2500)
    .option('--reward <tokens>', 'reward per round; the penalty of a false claim covers 64 of them', '10')
    .option(
      '--operator-share <bps>',
      'share of the reward for the operator of a round that pays anybody, in basis points',
      operatorsShare,
      DEFAULT_OPERATOR_SHARE_BPS,
    )
    .option('--rounds <n>', 'number of rounds to fund now', positiveNumber, 10)
    .option('--commit <seconds>', 'commit window, with time for training', positiveNumber, 600)
    .option('--reveal <seconds>', 'reveal window', positiveNumber, 60)
    .option('--attest <seconds>', 'attest window', positiveNumber, 60)
    .option('--post <seconds>', 'window after commit for the seal, and after attest for the claim', positiveNumber, 120)
    .option('--challenge <seconds>', 'challenge window', positiveNumber, 10_800)
    .option(
      '--quorum <bps>',
      'share of the stake whose agreement makes a claim final, in basis points',
      quorumShare,
      DEFAULT_QUORUM_BPS,
    )
    .option(
      '--tolerance <bps>',
      'share of the sealed stake that may be Byzantine, in basis points: updates count when more than this holds them',
      toleranceShare,
      DEFAULT_TOLERANCE_BPS,
    )
    .option(
      '--min-sealed <bps>',
      `share of the stake that must commit for a round to have a claim, in basis points (default: ${DEFAULT_MIN_SEALED_BPS}, with --committee ${DEFAULT_MIN_SEALED_DRAWN_BPS})`,
      sealedShare,
    )
    .option('--committee <n>', COMMITTEE_HELP, committeeSize, 0)
    .option('--min-members <n>', 'members that must have joined before a round opens', positiveNumber, 3)
    .option('--min-stake <tokens>', 'stake that members must have put in before a round opens', '0')
    .option(
      '--local-samples <n>',
      'samples that each member trains on in a round, 0 for all its samples (default: by model)',
      wholeNumber,
    )
    .option('--seed <n>', 'fixes the genesis model', wholeNumber, 1)
}

/** Penalties of a task. Amounts in token wei. */
export interface Penalties {
  falseClaimPenalty: bigint
  faultPenalty: bigint
  bountyBps: number
}

/** Penalties of a task opened by command, unless its founder sets others. */
export function penaltiesIn(unit: Pick<TokenUnit, 'decimals'>): Penalties {
  return {
    falseClaimPenalty: wholeTokens(800n, unit),
    faultPenalty: wholeTokens(10n, unit),
    bountyBps: 2000,
  }
}

export interface PenaltyFlags {
  falseClaimPenalty?: string
  faultPenalty?: string
  bounty?: number
}

/** Options for the penalties of a task. */
export function withPenalties(command: Command): Command {
  return command
    .option('--false-claim-penalty <tokens>', 'what the operator of a rejected claim loses; its burned part covers 64 rewards')
    .option('--fault-penalty <tokens>', 'what a member loses whose update is garbage')
    .option('--bounty <bps>', 'share of a penalty for whoever proved it, in basis points, at most 2000', wholeNumber)
}

/**
 * The penalties that options name.
 *
 * @param unit of the token that is staked
 * @param otherwise what holds for an option that is not given
 * @throws QuorateError FLAG_INVALID
 */
export function penalties(
  { falseClaimPenalty, faultPenalty, bounty }: PenaltyFlags,
  unit: TokenUnit,
  otherwise: Penalties = penaltiesIn(unit),
): Penalties {
  const amount = (option: string, text: string | undefined, fallback: bigint): bigint =>
    text === undefined ? fallback : flagValue(option, () => parseAmount(text, unit))
  return {
    falseClaimPenalty: amount('--false-claim-penalty', falseClaimPenalty, otherwise.falseClaimPenalty),
    faultPenalty: amount('--fault-penalty', faultPenalty, otherwise.faultPenalty),
    bountyBps: bounty ?? otherwise.bountyBps,
  }
}
