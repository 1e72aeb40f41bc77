import type {
  DisputesAnswer,
  EconomicsAnswer,
  EvaluationsAnswer,
  GovernanceAnswer,
  LineageAnswer,
  MembersAnswer,
  RoundSummary,
  TaskAnswer,
} from '../../src/api/schemas.ts'

/** What a report is made of: answers of the API of one node. */
export interface ReportData {
  task: TaskAnswer
  /** With their rows, newest first. */
  rounds: readonly RoundSummary[]
  members: MembersAnswer['members']
  evaluations: EvaluationsAnswer['rounds']
  economics: EconomicsAnswer
  disputes: DisputesAnswer
  /** Null where no votes govern the contracts. */
  governance: GovernanceAnswer | null
  /** The newest models. */
  models: LineageAnswer['models']
  /** When the answers were given, unix seconds. */
  at: number
}
