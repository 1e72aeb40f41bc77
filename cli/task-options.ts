import { InvalidArgumentError } from 'commander'
import type { Command } from 'commander'
import { parseEther } from 'viem'
import { DEFAULT_MIN_SEALED_BPS, DEFAULT_QUORUM_BPS, DEFAULT_TOLERANCE_BPS } from '../coordinator/actions/create-task.ts'
import { taskRuleNames } from '../src/aggregation/index.ts'
import { positiveNumber, wholeNumber } from './chain-options.ts'

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
  minSealed: number
  minMembers: number
  minStake: string
  localSamples?: number
  seed: number
}

/** Below one half, which is also the limit of the encoding of a specification. */
function byzantineShare(text: string): number {
  const bps = wholeNumber(text)
  if (bps > 4999) throw new InvalidArgumentError('expected 0 to 4999: no rule tolerates half of the stake.')
  return bps
}

/** Above one half, as the ledger requires. */
function quorumShare(text: string): number {
  const bps = wholeNumber(text)
  if (bps < 5001 || bps > 10_000) throw new InvalidArgumentError('expected 5001 to 10000 basis points.')
  return bps
}

/** A quarter to a third, as the judge's thresholds need. */
function toleranceShare(text: string): number {
  const bps = wholeNumber(text)
  if (bps < 2500 || bps > 3332) throw new InvalidArgumentError('expected 2500 to 3332 basis points.')
  return bps
}

function sealedShare(text: string): number {
  const bps = wholeNumber(text)
  if (bps < 1 || bps > 10_000) throw new InvalidArgumentError('expected 1 to 10000 basis points.')
  return bps
}

/** Text of the option `--rule`. */
export const RULE_HELP = `nnmGm (robust), mean (no filter), or one of ${taskRuleNames.filter((name) => name !== 'nnmGm' && name !== 'mean').join(', ')}; quorate lab has more rules`

export function withTask(command: Command): Command {
  return command
    .option('--model <name>', 'mlp, cnn or cnn-wide', 'mlp')
    .option('--rule <name>', RULE_HELP, 'nnmGm')
    .option('--byzantine <bps>', 'tolerated Byzantine share of the stake in basis points', byzantineShare, 2500)
    .option('--reward <tokens>', 'reward per round; the penalty of a false claim covers 64 of them', '10')
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
      'share of the stake that must commit for a round to have a claim, in basis points',
      sealedShare,
      DEFAULT_MIN_SEALED_BPS,
    )
    .option('--min-members <n>', 'members that must have joined before a round opens', positiveNumber, 3)
    .option('--min-stake <tokens>', 'stake that members must have put in before a round opens', '0')
    .option(
      '--local-samples <n>',
      'samples that each member trains on in a round, 0 for all its samples (default: by model)',
      wholeNumber,
    )
    .option('--seed <n>', 'fixes the genesis model', wholeNumber, 1)
}

/** Penalties of a task opened by command; governance sets others through the contract. */
export const PENALTIES = {
  falseClaimPenalty: parseEther('800'),
  faultPenalty: parseEther('10'),
  bountyBps: 2000,
}
