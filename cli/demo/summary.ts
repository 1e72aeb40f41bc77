import { DEVELOPMENT_TOKEN, readClaimed, readCurrentRound, readLedgerEvents, standingClaims } from '../../src/chain/index.ts'
import { formatAmount, plural } from '../../src/core/index.ts'
import type { AuditedRound } from '../../src/replay/index.ts'
import { lowerHex, verdictName } from '../../src/protocol/index.ts'
import type { Hash } from '../../src/protocol/index.ts'
import type { Consortium } from './consortium.ts'
import type { FraudReport } from './fraud-report.ts'
import type { DemoOptions } from './options.ts'
import { isRejection } from './progress.ts'
import type { Progress } from './progress.ts'
import { nameOf, wrap } from './words.ts'

export interface DemoSummary {
  event: 'summary'
  ok: boolean
  rounds: number
  members: number
  poisoned: string[]
  accuracy: number
  accuracyByRound: number[]
  rejections: Record<string, number[]>
  honestRejections: number
  rewards: Record<string, string>
  claimed: Record<string, string>
  operatorTxPerRound: number
  /** Of seal and claim together. */
  gasPerRound: number[]
  modelRoot: string
  audit: { rounds: number; match: boolean }
  /** How the false claim of `--lying-operator` ended. */
  fraud?: FraudReport
  seconds: number
}

/**
 * Reads the outcome: claims and gas from the chain's receipts, rejections and rewards from the audit's replay, payments
 * from the distributor, accuracies from the member that evaluated.
 */
export async function summarise(
  consortium: Consortium,
  progress: Progress,
  audited: readonly AuditedRound[],
  { fraud, seconds }: { fraud?: FraudReport; seconds: number },
): Promise<DemoSummary> {
  const { chain, contracts, task, operator, standby, members, fromBlock } = consortium
  const history = await readLedgerEvents(chain, { contracts, task, fromBlock })
  const claims = standingClaims(history)
  const gasOf = async (hash: Hash): Promise<number> => Number((await chain.publicClient.getTransactionReceipt({ hash })).gasUsed)
  const gasPerRound = await Promise.all(
    claims.map(async ({ round, transactionHash }) => {
      const sealed = history.find((event) => event.type === 'sealed' && event.round === round)
      return (sealed ? await gasOf(sealed.transactionHash) : 0) + (await gasOf(transactionHash))
    }),
  )
  const nonces = await Promise.all(
    [operator, ...(standby ? [standby] : [])].map(async ({ key }) => chain.publicClient.getTransactionCount({ address: key })),
  )
  const current = await readCurrentRound(chain, { ledger: contracts.ledger, task })
  const poisoned = members.filter((member) => member.attack).map((member) => member.owner)
  const rejections: Record<string, number[]> = {}
  for (const { round, computed } of audited) {
    for (const row of computed.rows) {
      if (isRejection(verdictName(row.verdict))) (rejections[lowerHex(row.member)] ??= []).push(Number(round))
    }
  }
  const ledger = audited.at(-1)?.computed.state.ledger
  const rewards: Record<string, string> = {}
  const claimed: Record<string, string> = {}
  for (const { owner } of members) {
    const leaf = [...(ledger?.values() ?? [])].find((candidate) => lowerHex(candidate.member) === owner)
    rewards[owner] = (leaf?.reward ?? 0n).toString()
    claimed[owner] = (await readClaimed(chain, { distributor: contracts.distributor, task, member: owner })).toString()
  }
  const accuracyByRound = progress.accuracies().map(({ accuracy }) => accuracy)
  const rounds = claims.length
  return {
    event: 'summary',
    ok:
      audited.length === rounds &&
      audited.every(({ match }) => match) &&
      // A round after the last one may have ended without a claim by now, or wait for its reward.
      current.round > (claims.at(-1)?.round ?? 0n),
    rounds,
    members: members.length,
    poisoned,
    accuracy: accuracyByRound.at(-1) ?? 0,
    accuracyByRound,
    rejections,
    honestRejections: Object.entries(rejections).reduce(
      (sum, [member, list]) => (poisoned.includes(member as never) ? sum : sum + list.length),
      0,
    ),
    rewards,
    claimed,
    operatorTxPerRound: rounds === 0 ? 0 : nonces.reduce((sum, nonce) => sum + nonce, 0) / rounds,
    gasPerRound,
    modelRoot: claims.at(-1)?.claim.modelRoot ?? '0x',
    audit: { rounds: audited.length, match: audited.every(({ match }) => match) },
    ...(fraud ? { fraud } : {}),
    seconds: Math.round(seconds * 10) / 10,
  }
}

/** The outcome as text for a terminal of 80 columns, and what to try next. */
export function tellSummary(
  summary: DemoSummary,
  consortium: Consortium,
  { lie, open }: Pick<DemoOptions, 'lie' | 'open'> = {},
): string {
  const { rounds, accuracy, rejections, honestRejections, rewards, gasPerRound, operatorTxPerRound, audit, modelRoot, fraud } =
    summary
  const honest = consortium.members.filter((member) => !member.attack)
  const poisoners = consortium.members.filter((member) => member.attack)
  const average = honest.reduce((sum, { owner }) => sum + BigInt(rewards[owner] ?? 0), 0n) / BigInt(Math.max(1, honest.length))
  const tokens = (wei: bigint): string => Number(formatAmount(wei, DEVELOPMENT_TOKEN)).toFixed(2)
  const rounded = plural(rounds, 'round')
  const lines = [
    '',
    `${plural(honest.length, 'honest member')}${poisoners.length > 0 ? ` and ${plural(poisoners.length, 'poisoner')}` : ''} trained one model in ${rounded} and shared no data.`,
    `The model classifies ${(accuracy * 100).toFixed(2)} % of the 10,000 MNIST test images correctly.`,
    ...poisoners.map((member) => {
      const refused = rejections[member.owner]?.length ?? 0
      return `${capital(nameOf(member))} (${member.attack}) was refused in ${refused} of ${rounded} and earned ${tokens(BigInt(rewards[member.owner] ?? 0))} tokens; an honest member earned ${tokens(average)} on average.`
    }),
  ]
  if (fraud) {
    lines.push(
      `The operator posted a false claim (${fraud.fault}). ${fraud.by} proved the fault with one transaction (${fraud.proof}, ${fraud.gas.toLocaleString('en')} gas): ` +
        `the operator lost ${tokens(BigInt(fraud.operatorSlashed))} tokens, ${tokens(BigInt(fraud.bounty))} to the prover and ${tokens(BigInt(fraud.burned))} burned. ${fraud.postedAgainBy} posted the round again.`,
    )
  }
  lines.push(
    honestRejections === 0
      ? 'No update of an honest member was refused.'
      : `Updates of honest members were refused ${honestRejections} times.`,
    `The operator sent ${operatorTxPerRound.toFixed(1)} transactions a round; seal and claim of the last one took ${gasPerRound.at(-1)?.toLocaleString('en')} gas.`,
    audit.match
      ? `An audit replayed ${rounds === 1 ? 'the round' : `all ${audit.rounds} rounds`} from genesis with the evidence of one member: every root matches the chain.`
      : 'THE AUDIT DOES NOT MATCH the chain.',
    `Final model ${modelRoot}`,
    '',
    ...nextSteps({ lie, open }),
  )
  return wrap(lines.join('\n'))
}

/** What the reader may try next; nothing that was just done. */
function nextSteps({ lie, open }: Pick<DemoOptions, 'lie' | 'open'>): string[] {
  const demo = process.env['npm_lifecycle_event'] === 'demo' ? 'npm run demo --' : 'quorate demo'
  const quorate = process.env['npm_lifecycle_event'] === 'demo' ? 'npx quorate' : 'quorate'
  const steps: [command: string, what: string][] = [
    ...(lie ? [] : [[`${demo} --lying-operator row`, 'an operator lies'] as [string, string]]),
    ...(open ? [] : [[`${demo} --open`, 'with a dashboard'] as [string, string]]),
    [`${demo} --rule mean`, 'without the filter'],
    [`${quorate} task init --help`, 'a task with your data'],
  ]
  const width = Math.max(...steps.map(([command]) => command.length))
  return ['Next:', ...steps.map(([command, what]) => `  ${command.padEnd(width)}  ${what}`)]
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}
