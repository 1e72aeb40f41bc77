import type { ProofName } from '../../../src/judge/proofs/proof.ts'
import { FIELD_LIES } from './field-lies/index.ts'

/** How a field can be wrong. A hash has no order: too high and too low are two other values. */
export const COLUMNS = ['high', 'low', 'missing', 'extra', 'owner', 'time'] as const
export type Column = (typeof COLUMNS)[number]

/** A place in the repository that shows what a cell says: a file, and a text in it. */
export interface Shown {
  file: string
  text: string
}

/** What becomes of one way in which one field can be wrong. */
export type Cell =
  /** One of these proofs rejects the claim. `FIELD_LIES` has the lie, under the field's name and the column. */
  | { proofs: readonly ProofName[]; note?: string }
  /** The lie has no preimage that anybody could show, so the claim expires in the data court. */
  | { court: string; shown: Shown }
  /** The ledger does not take such a claim. */
  | { ledger: string; shown: Shown }
  /** It cannot arise, or is no lie. */
  | { none: string; shown?: Shown }
  /** It is one of the cases of another column. */
  | { as: Column }

export interface Field {
  name: string
  cells: Readonly<Record<Column, Cell>>
}

const by = (...proofs: ProofName[]): Cell => ({ proofs })
const as = (column: Column): Cell => ({ as: column })
const none = (why: string, shown?: Shown): Cell => ({ none: why, ...(shown && { shown }) })

const EMPTY_LEAF: Shown = { file: 'test/contracts/DataCourt.t.sol', text: 'EmptyLeaf.selector' }
/** Requests about places past the last chunk, which no answer may fill. */
const TAIL: Shown = { file: 'test/support/judge/every-request.ts', text: 'tailOf(tree' }
const SEARCH: Shown = {
  file: 'test/unit/judge/search-claim.test.ts',
  text: 'asks for what no proof reaches, and nobody can answer',
}
const unknownBytes: Cell = {
  court: 'nobody knows the bytes',
  shown: { file: 'test/contracts/DataCourt.t.sol', text: 'test_answerRows_notSignedByTheMember' },
}
const ledger = (error: string, file = 'test/contracts/RoundLedger.t.sol'): Cell => ({
  ledger: error,
  shown: { file, text: `${error}.selector` },
})
const EVIDENCE: Shown = {
  file: 'test/unit/judge/search-claim.test.ts',
  text: 'asks nothing about a claim of which only the evidence is another',
}
const ownValue = none('every value is its own')

/** Each leaf of a claim, and what the seal says of it, field by field. */
export const FIELDS: readonly Field[] = [
  {
    name: 'claim.parent',
    cells: {
      high: ledger('WrongParent'),
      low: as('high'),
      missing: as('high'),
      extra: none('a claim has one parent'),
      owner: as('high'),
      time: as('high'),
    },
  },
  {
    name: 'claim: a root',
    cells: {
      high: { court: 'over leaves that nobody knows', shown: SEARCH },
      low: as('high'),
      missing: { court: 'over no leaves', shown: EMPTY_LEAF },
      extra: { court: 'the reference of a task without one', shown: TAIL },
      owner: none('its leaves are judged'),
      time: none('its leaves are judged'),
    },
  },
  {
    name: 'claim.evidence',
    cells: {
      high: none('it moves nothing; whoever withholds data answers to the court', EVIDENCE),
      low: as('high'),
      missing: as('high'),
      extra: as('high'),
      owner: as('high'),
      time: as('high'),
    },
  },
  {
    name: 'claim.ledgerTotal',
    cells: {
      high: by('proveLedgerTotal'),
      low: by('proveLedgerTotal'),
      missing: by('proveLedgerTotal'),
      extra: ledger('RewardTooHigh', 'test/contracts/M4_RewardSlack.t.sol'),
      owner: none('it is nobody’s'),
      time: by('proveLedgerTotal'),
    },
  },
  {
    name: 'claim.members',
    cells: {
      high: ledger('WrongCount'),
      low: as('high'),
      missing: as('high'),
      extra: as('high'),
      owner: as('high'),
      time: as('high'),
    },
  },
  {
    name: 'seal.count',
    cells: {
      high: by('proveMissingRow'),
      low: by('proveCommitment'),
      missing: as('low'),
      extra: as('high'),
      owner: none('a round has one seal'),
      time: none('a round has one seal'),
    },
  },
  {
    name: 'seal.digest',
    cells: {
      high: by('proveSealed'),
      low: by('proveSealed'),
      missing: by('proveSealed'),
      extra: as('high'),
      owner: none('a round has one seal'),
      time: none('a round has one seal'),
    },
  },
  {
    name: 'seal.forcedHash',
    cells: {
      high: ledger('OtherForced', 'test/contracts/poc/R5_ForcedReorg.t.sol'),
      low: as('high'),
      missing: as('high'),
      extra: as('high'),
      owner: as('high'),
      time: as('high'),
    },
  },
  {
    name: 'row',
    cells: {
      high: none('a row is there or not'),
      low: none('a row is there or not'),
      missing: by('proveOmission', 'proveCertificate', 'proveAttestation'),
      extra: by('proveCommitment', 'proveOrder', 'proveSealed'),
      owner: none('see row.member'),
      time: none('see row.commitment'),
    },
  },
  {
    name: 'row of a drawn round',
    cells: {
      high: none('a member is drawn or not'),
      low: none('a member is drawn or not'),
      missing: none('see row; the highest ticket has no place in a full claim', {
        file: 'test/contracts/DrawnRows.t.sol',
        text: 'test_R27_aFullClaimHasTheLowestTickets',
      }),
      extra: by('proveCommitment'),
      owner: as('extra'),
      time: as('extra'),
    },
  },
  {
    name: 'rows: order',
    cells: {
      high: by('proveOrder', 'proveSealed', 'proveCommitment'),
      low: as('high'),
      missing: none('see row.slot'),
      extra: none('see row.slot'),
      owner: none('see row.slot'),
      time: none('see row.slot'),
    },
  },
  {
    name: 'row.member',
    cells: {
      high: by('proveSealed', 'proveCommitment'),
      low: by('proveSealed', 'proveCommitment'),
      missing: by('proveSealed', 'proveCommitment'),
      extra: none('a row has one'),
      owner: by('proveSealed', 'proveCommitment'),
      time: none('a former member has no stake at the snapshot, as any other address'),
    },
  },
  {
    name: 'row.slot',
    cells: {
      high: by('proveCommitment'),
      low: by('proveCommitment'),
      missing: none('0 is a slot'),
      extra: none('0 is a slot'),
      owner: by('proveCommitment'),
      time: none('a slot never changes'),
    },
  },
  {
    name: 'row.weight',
    cells: {
      high: by('proveCommitment'),
      low: by('proveCommitment'),
      missing: by('proveCommitment'),
      extra: as('high'),
      owner: by('proveCommitment'),
      time: none('a stake of another moment is too high or too low'),
    },
  },
  {
    name: 'row.weight of a drawn round',
    cells: {
      high: by('proveCommitment'),
      low: by('proveCommitment'),
      missing: none('see row.weight'),
      extra: none('see row.weight'),
      owner: none('see row.weight'),
      time: none('a total of another moment gives a weight that is too high or too low'),
    },
  },
  {
    name: 'row.commitment',
    cells: {
      high: by('proveSealed', 'proveCommitment'),
      low: by('proveSealed', 'proveCommitment'),
      missing: by('proveSealed', 'proveCommitment'),
      extra: as('high'),
      owner: by('proveSealed', 'proveCommitment'),
      time: by('proveSealed', 'proveCommitment'),
    },
  },
  {
    name: 'row.signatureHash',
    cells: {
      high: unknownBytes,
      low: as('high'),
      missing: by('proveCommitment'),
      extra: by('proveCommitment'),
      owner: by('proveCommitment'),
      time: by('proveCommitment'),
    },
  },
  {
    name: 'row.updateRoot',
    cells: {
      high: by('proveReveal'),
      low: by('proveReveal'),
      missing: by('proveCommitment'),
      extra: by('proveCommitment'),
      owner: by('proveReveal'),
      time: by('proveReveal'),
    },
  },
  {
    name: 'row.held',
    cells: {
      high: by('proveAttestation'),
      low: by('proveAttestation'),
      missing: by('proveAttestation'),
      extra: by('proveCommitment'),
      owner: by('proveAttestation'),
      time: by('proveAttestation'),
    },
  },
  {
    name: 'row.attestationHash',
    cells: {
      high: unknownBytes,
      low: as('high'),
      missing: { proofs: ['proveCertificate'], note: 'if too few are left; else the operator’s choice' },
      extra: by('proveAttestation'),
      owner: by('proveAttestation'),
      time: by('proveAttestation'),
    },
  },
  {
    name: 'row.verdict quarantined',
    cells: {
      high: as('missing'),
      low: as('extra'),
      missing: by('proveQuarantine'),
      extra: by('proveQuarantine'),
      owner: as('extra'),
      time: as('extra'),
    },
  },
  {
    name: 'row.verdict unavailable',
    cells: {
      high: as('missing'),
      low: as('extra'),
      missing: by('proveAvailability', 'proveReveal'),
      extra: by('proveAvailability'),
      owner: as('extra'),
      time: as('extra'),
    },
  },
  {
    name: 'row.verdict inadmissible',
    cells: {
      high: as('missing'),
      low: as('extra'),
      missing: by('proveReason', 'proveCount', 'proveVerdict'),
      extra: by('proveReason'),
      owner: as('extra'),
      time: as('extra'),
    },
  },
  {
    name: 'row.verdict',
    cells: {
      high: by('proveVerdict', 'proveCommitment'),
      low: by('proveVerdict'),
      missing: none('see the verdicts above'),
      extra: none('see the verdicts above'),
      owner: by('proveVerdict', 'proveCommitment'),
      time: none('a verdict is of this round'),
    },
  },
  {
    name: 'row.reason',
    cells: {
      high: by('proveReason', 'proveCommitment'),
      low: by('proveReason', 'proveCommitment'),
      missing: by('proveCommitment'),
      extra: by('proveCommitment'),
      owner: by('proveReason', 'proveCommitment'),
      time: none('a reason is of this round'),
    },
  },
  {
    name: 'row.reasonArg',
    cells: {
      high: by('proveReason', 'proveCommitment'),
      low: by('proveReason', 'proveCommitment'),
      missing: by('proveReason', 'proveCommitment'),
      extra: by('proveCommitment'),
      owner: by('proveReason', 'proveCommitment'),
      time: none('an update is of this round'),
    },
  },
  {
    name: 'row.beta',
    cells: {
      high: by('proveVerdict'),
      low: by('proveVerdict'),
      missing: by('proveVerdict'),
      extra: by('proveCommitment'),
      owner: by('proveVerdict'),
      time: none('a weight is of this round'),
    },
  },
  {
    name: 'row.score',
    cells: {
      high: by('proveVerdict'),
      low: by('proveVerdict'),
      missing: by('proveVerdict'),
      extra: by('proveCommitment'),
      owner: by('proveVerdict'),
      time: none('a score is of this round'),
    },
  },
  {
    name: 'gram.segment',
    cells: {
      high: by('proveGram'),
      low: by('proveGram'),
      missing: by('proveGram'),
      extra: none('see gram leaf'),
      owner: by('proveGram'),
      time: ownValue,
    },
  },
  {
    name: 'gram.node',
    cells: {
      high: by('proveGramNode'),
      low: by('proveGramNode'),
      missing: by('proveGramNode'),
      extra: none('see gram leaf'),
      owner: by('proveGramNode'),
      time: ownValue,
    },
  },
  {
    name: 'gram leaf',
    cells: {
      high: none('see gram.segment'),
      low: none('see gram.segment'),
      missing: by('proveGramShape'),
      extra: by('proveGramShape'),
      owner: none('see gram.segment'),
      time: ownValue,
    },
  },
  {
    name: 'trace.kind',
    cells: {
      high: by('proveTraceShape'),
      low: by('proveTraceShape'),
      missing: none('kind 0 is too low'),
      extra: as('high'),
      owner: none('see trace leaf'),
      time: ownValue,
    },
  },
  {
    name: 'trace.index',
    cells: {
      high: by('proveTraceShape'),
      low: by('proveTraceShape'),
      missing: as('low'),
      extra: as('high'),
      owner: none('see trace leaf'),
      time: ownValue,
    },
  },
  {
    name: 'trace.word',
    cells: {
      high: by('proveTrace'),
      low: by('proveTrace'),
      missing: by('proveTrace'),
      extra: none('see trace.words'),
      owner: by('proveTrace'),
      time: ownValue,
    },
  },
  {
    name: 'trace.words',
    cells: {
      high: none('see trace.word'),
      low: none('see trace.word'),
      missing: by('proveTraceShape', 'proveCount', 'proveVerdict'),
      extra: by('proveTraceShape', 'proveCount'),
      owner: none('see trace.word'),
      time: ownValue,
    },
  },
  {
    name: 'trace leaf',
    cells: {
      high: none('see trace.word'),
      low: none('see trace.word'),
      missing: by('proveTraceShape', 'proveVerdict'),
      extra: by('proveTraceShape'),
      owner: by('proveTraceShape'),
      time: ownValue,
    },
  },
  ...(
    [
      ['row hash', ['proveRow'], undefined],
      ['old model', ['proveModel'], ['proveModel']],
      ['new model', ['proveTransition'], ['proveTransition']],
      ['old reference', ['proveModel'], ['proveModel']],
      ['new reference', ['proveTransition'], ['proveTransition']],
    ] as const
  ).map(([name, proofs, time]): Field => ({
    name: `transition.${name}`,
    cells: {
      high: by(...proofs),
      low: by(...proofs),
      missing: by(...proofs),
      extra: name === 'row hash' ? by('proveRow') : none('a leaf with another number of words is one of other row hashes'),
      owner: by(...proofs),
      time: time ? by(...time) : none('an update is of this round'),
    },
  })),
  {
    name: 'transition words',
    cells: {
      high: none('see the words'),
      low: none('see the words'),
      missing: by('proveTransitionShape', 'proveRow'),
      extra: none('see transition.row hash'),
      owner: none('see the words'),
      time: none('see the words'),
    },
  },
  {
    name: 'transition leaf',
    cells: {
      high: none('see the words'),
      low: none('see the words'),
      missing: { court: 'an empty place', shown: EMPTY_LEAF },
      extra: { court: 'past the last chunk; opened, `proveTransitionShape`', shown: SEARCH },
      owner: none('see the words'),
      time: none('see the words'),
    },
  },
  ...(['model', 'reference'] as const).map((tree): Field => ({
    name: `${tree} leaf`,
    cells: {
      high: by('proveModel'),
      low: by('proveModel'),
      missing: by('proveModel'),
      extra: { court: 'past the last chunk', shown: TAIL },
      owner: by('proveModel'),
      time: by('proveModel'),
    },
  })),
  ...(['member', 'reward', 'strikes', 'reputation', 'extra'] as const).map((field): Field => ({
    name: `ledger.${field}`,
    cells: {
      high: by('proveLedger', 'proveLedgerSlot'),
      low: by('proveLedger', 'proveLedgerSlot'),
      missing: by('proveLedger', 'proveLedgerSlot'),
      extra: as('high'),
      owner: by('proveLedger', 'proveLedgerSlot'),
      time: field === 'member' ? none('a slot never changes its member') : by('proveLedger', 'proveLedgerSlot'),
    },
  })),
  {
    name: 'ledger leaf',
    cells: {
      high: none('see its fields'),
      low: none('see its fields'),
      missing: by('proveLedger', 'proveLedgerSlot'),
      extra: by('proveLedger', 'proveLedgerSlot'),
      owner: none('see ledger.member'),
      time: by('proveLedger'),
    },
  },
]

const cells: ReadonlyMap<string, Cell> = new Map(
  FIELDS.flatMap(({ name, cells: of }) => COLUMNS.map((column) => [`${name}: ${column}`, of[column]] as const)),
)

/** The cell that a lie belongs to, by the name of the lie; undefined for lies of other tables. */
export function cellOf(lie: string): Cell | undefined {
  return lie in FIELD_LIES ? cells.get(lie) : undefined
}

/** The proofs that a cell lists. */
export function listedProofs(lie: string): readonly ProofName[] {
  const cell = cellOf(lie)
  return cell && 'proofs' in cell ? cell.proofs : []
}

/** Names of the lies that the table asks for. */
export function askedLies(): string[] {
  return [...cells].flatMap(([name, cell]) => ('proofs' in cell ? [name] : []))
}

/** The table as docs/judge.md has it. */
export function tableOf(fields: readonly Field[] = FIELDS): string {
  const head = ['leaf and field', 'too high', 'too low', 'missing', 'extra', 'wrong owner', 'wrong time']
  const rows = fields.map(({ name, cells: of }) => [name, ...COLUMNS.map((column) => textOf(of[column]))])
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')
}

const TITLES: Record<Column, string> = {
  high: 'too high',
  low: 'too low',
  missing: 'missing',
  extra: 'extra',
  owner: 'wrong owner',
  time: 'wrong time',
}

function textOf(cell: Cell): string {
  if ('as' in cell) return `as ${TITLES[cell.as]}`
  if ('court' in cell) return `court: ${cell.court}`
  if ('ledger' in cell) return `the ledger reverts: \`${cell.ledger}\``
  if ('none' in cell) return `– ${cell.none}`
  const proofs = cell.proofs.map((proof) => `\`${proof}\``).join(', ')
  return cell.note ? `${proofs} ${cell.note}` : proofs
}
