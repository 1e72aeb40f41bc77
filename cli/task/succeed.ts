import type { Command } from 'commander'
import { readAdvice, readBoard } from '../../src/chain/index.ts'
import type { AdvisedTerms, Chain, Contracts, TaskTerms } from '../../src/chain/index.ts'
import { parseAmount, QuorateError } from '../../src/core/index.ts'
import type { TokenUnit } from '../../src/core/index.ts'
import { sameAddress } from '../../src/protocol/index.ts'
import type { Address } from '../../src/protocol/index.ts'
import { describeSuccessor } from '../../coordinator/actions/succeed-task.ts'
import { bigintOption, positiveNumber } from '../chain-options.ts'
import { flagValue } from '../flag-value.ts'
import { formerData, stateOption } from '../task-source.ts'
import {
  COMMITTEE_HELP,
  committeeSize,
  operatorsShare,
  penalties,
  quorumShare,
  sealedShare,
  toleranceShare,
  withPenalties,
} from '../task-options.ts'
import type { PenaltyFlags } from '../task-options.ts'
import { foundTask, withOperator } from './found.ts'
import type { FoundFlags } from './found.ts'
import { asFounder, withLedger } from './session.ts'
import { address } from '../chain-options.ts'

interface SucceedFlags extends FoundFlags, PenaltyFlags {
  task: bigint
  state: string
  judge?: TaskTerms['judge']
  reward?: string
  tolerance?: number
  minSealed?: number
  operatorShare?: number
  committee?: number
  quorum?: number
  minMembers?: number
  minStake?: string
  commit?: number
  reveal?: number
  attest?: number
  post?: number
  challenge?: number
  board?: Address
}

/** `quorate task succeed`: a task that goes on from the newest final model of another one, under other terms. */
export default function succeedCommand(task: Command): void {
  withPenalties(withOperator(withLedger(task.command('succeed'), 'key of the founder, who may stop the new task')))
    .description('create a task from the newest final model of another one; terms that are not given stay as they are')
    .addOption(bigintOption('--task <id>', 'the task to go on from', 1n))
    .addOption(stateOption('state folder of any node of that task: it holds the model').makeOptionMandatory())
    .addOption(formerData())
    .option('--rounds <n>', 'number of rounds to fund now', positiveNumber, 10)
    .option('--judge <address>', 'judge that governance has added', address)
    .option('--reward <tokens>', 'reward per round')
    .option('--operator-share <bps>', 'share of the reward for the operator, in basis points', operatorsShare)
    .option('--tolerance <bps>', 'share of the sealed stake that may be Byzantine, in basis points', toleranceShare)
    .option('--min-sealed <bps>', 'share of the stake that must commit, in basis points', sealedShare)
    .option('--committee <n>', COMMITTEE_HELP, committeeSize)
    .option('--quorum <bps>', 'share of the stake whose agreement makes a claim final, in basis points', quorumShare)
    .option('--min-members <n>', 'members that must have joined before a round opens', positiveNumber)
    .option('--min-stake <tokens>', 'stake of the members that must have joined before a round opens')
    .option('--commit <seconds>', 'commit window', positiveNumber)
    .option('--reveal <seconds>', 'reveal window', positiveNumber)
    .option('--attest <seconds>', 'attest window', positiveNumber)
    .option('--post <seconds>', 'window for the seal, and for the claim', positiveNumber)
    .option('--challenge <seconds>', 'challenge window', positiveNumber)
    .option('--board <address>', 'take the windows, reward and norms that the steward of this TermsBoard advises', address)
    .action(async (flags: SucceedFlags) =>
      asFounder(flags, async (session) => {
        const { contracts, chain, unit, signal } = session
        const advised = flags.board && (await advisedTerms(chain, { contracts, board: flags.board, task: flags.task, signal }))
        const { files, origin, terms } = await describeSuccessor(chain, {
          contracts,
          task: flags.task,
          stateFolder: flags.state,
          fromBlock: flags.fromBlock,
          changes: given({
            rewardPerRound: amount('--reward', flags.reward, unit) ?? advised?.rewardPerRound,
            minNormSq: advised?.minNormSq,
            maxNormSq: advised?.maxNormSq,
            toleranceBps: flags.tolerance,
            minSealedBps: flags.minSealed,
            operatorShareBps: flags.operatorShare,
            committee: flags.committee,
          }),
          signal,
        })
        const { commit, reveal, attest, post, challenge } = flags
        const windows = { ...terms.windows, ...windowsOf(advised), ...given({ commit, reveal, attest, post, challenge }) }
        const changes = given({
          windows,
          quorumBps: flags.quorum,
          minMembers: flags.minMembers,
          minStake: amount('--min-stake', flags.minStake, unit),
          judge: flags.judge,
          ...penalties(flags, unit, terms),
        })
        await foundTask(flags, session, { files, origin, terms: { ...terms, ...changes } })
      }),
    )
}

/** What a steward advises for the successor of a task. @throws QuorateError FLAG_INVALID for a board of another ledger */
async function advisedTerms(
  chain: Chain,
  at: { contracts: Pick<Contracts, 'ledger'>; board: Address; task: bigint; signal: AbortSignal },
): Promise<AdvisedTerms> {
  const { contracts, board, task, signal } = at
  const { ledger } = await readBoard(chain, { board, signal })
  if (!sameAddress(ledger, contracts.ledger))
    throw new QuorateError('FLAG_INVALID', `--board: ${board} advises about tasks of the ledger ${ledger}`)
  return (await readAdvice(chain, { board, task, signal })).advice.terms
}

function windowsOf(advised: AdvisedTerms | undefined): Partial<TaskTerms['windows']> {
  if (advised === undefined) return {}
  const { commit, reveal, attest, post } = advised
  return { commit: Number(commit), reveal: Number(reveal), attest: Number(attest), post: Number(post) }
}

function amount(option: string, text: string | undefined, unit: TokenUnit): bigint | undefined {
  return text === undefined ? undefined : flagValue(option, () => parseAmount(text, unit))
}

/** Without the fields that were not given. */
function given<T extends object>(fields: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never
}
