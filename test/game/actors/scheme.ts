import type { UpdateKind } from '../task.ts'

/** What one Byzantine member does with its update and its statements. */
export interface MemberScheme {
  /** `twin` sends the root of the other Byzantine member. */
  update: UpdateKind | 'twin' | 'none'
  /** Commits in the first block of the round, or in the last quarter of the window. */
  late: boolean
  /** Forces another commitment than the one it hands in. */
  doubled: boolean
  /** Commits once more when it has seen the updates of others and the chain lets it: after a reorganisation, for one. */
  again: boolean
  reveal: 'at once' | 'at the end' | 'never'
  /** Whom it shows the bytes of its update. */
  bytes: 'all' | 'nobody'
  /** What it attests to hold. `high` has bits past the rows, `two` are two statements. */
  attest: 'all' | 'own' | 'mine' | 'none' | 'high' | 'two'
}

/** How the Byzantine mind plays until it changes its mind. Plain data, so that a counterexample can be read. */
export interface Scheme {
  /** Takes every empty seat before the others do. */
  seat: boolean
  /** Members that get a receipt, a bit for each slot. */
  receipts: number
  seal: 'at once' | 'in time' | 'at the end' | 'never'
  /** `without` leaves out the row of the member in slot `victim`, whatever it has; `forged` gives that member a row it did not sign. */
  rows: 'all' | 'with receipt' | 'without' | 'forged' | 'junk'
  victim: number
  /** Who is shown the sealed list, and when. */
  list: 'all' | 'some' | 'late' | 'nobody'
  /** Nodes that are shown it, a bit for each, where it is `some`. */
  shown: number
  /** Which attestations the claim uses. */
  certificate: 'all' | 'own first' | 'own last'
  /** The name of a lie (`mutations.ts`); empty for the true claim. */
  lie: string
  /** What it serves of its claim. */
  serves: 'everything' | 'opening' | 'record' | 'nothing'
  /** Whether it answers the court about its claims. */
  answers: boolean
  post: 'at once' | 'at the end' | 'never'
  /** In the block of its claim, its operators take and fail one number after the other, so that nodes forget the round. */
  burn: boolean
  /** Ends its own round in this state. */
  fail: 'never' | 'open' | 'sealed'
  members: readonly [MemberScheme, MemberScheme]
}

export const QUIET_MEMBER: MemberScheme = {
  update: 'honest',
  late: false,
  doubled: false,
  again: false,
  reveal: 'at once',
  bytes: 'all',
  attest: 'all',
}

/** Byzantine players that do what honest ones would, and take no seat. */
export const QUIET: Scheme = {
  seat: false,
  receipts: 0x7f,
  seal: 'in time',
  rows: 'all',
  victim: 0,
  list: 'all',
  shown: 0,
  certificate: 'all',
  lie: '',
  serves: 'everything',
  answers: true,
  post: 'at once',
  burn: false,
  fail: 'never',
  members: [QUIET_MEMBER, QUIET_MEMBER],
}
