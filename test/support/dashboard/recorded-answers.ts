import { ROUTE_SHAPES } from './route-shapes.ts'
import { pairIndex } from '../../../src/aggregation/index.ts'
import { encodeSpec, isAdmitted, lowerHex, verdictName, ZERO_HASH } from '../../../src/protocol/index.ts'
import type {
  EvaluationsAnswer,
  GramAnswer,
  RoundAnswer,
  RoundSummary,
  SpendingsAnswer,
  TaskAnswer,
  WhyAnswer,
} from '../../../src/api/schemas.ts'
import { hashOf } from '../../unit/aggregation/fixtures.ts'
import { leavesToJson } from '../why/leaves-to-json.ts'
import { JudgedRound, POISONER } from '../why/judged-round.ts'

/** Answers of the API by path, as a node of a small task gives them. Each is checked against the schema of its path. */
export type Answers = Map<string, unknown>

const TOKEN = 10n ** 18n
const START = 1_790_000_000
const LENGTH = 360
const OPEN = 13
/** The one round whose claim is computed: every other row is made up. */
export const JUDGED = 12
const OPERATOR = `0x${'bb'.repeat(20)}`
const address = (n: number): string => `0x${n.toString(16).padStart(2, '0').repeat(20)}`
const tokens = (amount: number): string => (BigInt(Math.round(amount * 1000)) * (TOKEN / 1000n)).toString()

export interface Recording {
  answers: Answers
  round: JudgedRound
}

/** @param contracts where the test has real ones */
export async function recordAnswers(
  contracts?: Partial<Pick<TaskAnswer, 'contracts' | 'governance' | 'chainId' | 'rpcUrls'>>,
): Promise<Recording> {
  const terms = { rewardPerRound: 90n * TOKEN, operatorShareBps: 1000 }
  const fates = [undefined, undefined, undefined, undefined, undefined, undefined, undefined, 'unavailable'] as const
  const round = await JudgedRound.make({ round: BigInt(JUDGED), rule: { reference: 2 }, terms, fates })
  const answers: Answers = new Map()
  const add = (path: string, answer: unknown): void => {
    const shape = ROUTE_SHAPES.find(([pattern]) => pattern.test(path))?.[1]
    if (!shape) throw new Error(`no schema for ${path}`)
    answers.set(path, shape.parse(answer))
  }
  const task = taskOf(round, contracts)
  add('/task', task)
  add('/node', NODE)
  const rounds = Array.from({ length: OPEN }, (_, k) => summaryOf(OPEN - k, round))
  add('/rounds', { rounds, next: null })
  for (const summary of rounds) add(`/rounds/${summary.round}`, roundOf(summary))
  add(`/rounds/${JUDGED}/gram`, gramOf(round))
  for (const [row] of round.computed.rows.entries()) {
    const why = whyOf(round, row, task)
    add(`/rounds/${JUDGED}/members/${why.member}/why`, why)
  }
  add('/members', membersOf(round))
  add('/evaluations', EVALUATIONS(round))
  add('/spendings', SPENDINGS(round))
  add('/disputes', DISPUTES)
  add('/economics', economicsOf(round))
  add('/governance', GOVERNANCE)
  add('/lineage', lineageOf(rounds, task))
  add('/metrics', METRICS)
  return { answers, round }
}

function taskOf(round: JudgedRound, given: Partial<TaskAnswer> = {}): TaskAnswer {
  return {
    task: '1',
    name: 'tumour segmentation, seven hospitals',
    chainId: 31_337,
    contracts: {
      ledger: address(0xaa),
      vault: address(0xa1),
      distributor: address(0xa2),
      judge: address(0xa3),
      token: address(0xa4),
    },
    governance: { governor: address(0xa5), timelock: address(0xa6), guardian: address(0xa7) },
    rpcUrls: [],
    fromBlock: '3',
    token: { address: address(0xa4), symbol: 'QRT', decimals: 18 },
    founder: address(0xf0),
    stopped: false,
    judgeRetired: false,
    predecessor: null,
    specHash: round.facts.specHash,
    specification: encodeSpec(round.spec),
    terms: {
      rule: 'nnm-gm',
      byzantineBps: 2500,
      toleranceBps: 2500,
      minSealedBps: 5000,
      rejectsOutliers: true,
      reference: 'novelty',
      committee: 0,
      rewardPerRound: tokens(90),
      operatorShareBps: 1000,
      quorumBps: 6667,
      falseClaimPenalty: tokens(7200),
      faultPenalty: tokens(20),
      bountyBps: 2000,
      minMembers: 5,
      minStake: tokens(50),
      windows: { commit: 120, reveal: 60, attest: 60, post: 60, challenge: 3600 },
    },
    model: {
      parameters: 109_386,
      tensors: [
        { name: 'dense/kernel', shape: [784, 128] },
        { name: 'dense/bias', shape: [128] },
      ],
    },
    training: {},
    words: ['Seven hospitals train one model.'],
    ...given,
  }
}

const NODE = {
  version: '0.1.0',
  role: 'member',
  task: '1',
  account: address(1),
  duties: ['hold', 'replay', 'agree', 'train', 'commit', 'dispute', 'answer'],
  startedAt: START,
  now: START + 4321,
  chain: { now: START + 4320, block: '1812' },
  ready: true,
  readiness: { node: { ok: true, waitsFor: null }, chain: { ok: true, secondsSince: 2 }, peers: 7 },
  waits: [{ duty: 'train', reason: 'the model of round 12 is not on this disk yet', since: START + 4300 }],
  addresses: ['/ip4/192.0.2.7/tcp/4001/p2p/12D3KooWQYhTNQdmr3ArTeUHRYzFg94BKyTkoWBDWez9kSCVe2Xo'],
  grpc: null,
  decimals: 18,
  training: { backend: 'webgpu', detail: 'a device of this machine', samples: 4800 },
}

const METRICS = {
  metrics: [
    { name: 'quorate_round', help: 'number of the open round', type: 'gauge', values: [{ labels: {}, value: OPEN }] },
    {
      name: 'quorate_gossip_messages_total',
      help: 'messages by topic',
      type: 'counter',
      values: [{ labels: { topic: 'reveals' }, value: 412 }],
    },
  ],
}

function membersIn({ computed }: JudgedRound): string[] {
  return computed.rows.map(({ member }) => lowerHex(member))
}

function verdictsOf(number: number, { computed }: JudgedRound): WhyAnswer['rows'][number]['verdict'][] {
  if (number === JUDGED) return computed.rows.map(({ verdict }) => verdict)
  return computed.rows.map((_, row) =>
    row === POISONER
      ? number >= 9 && number < 12
        ? 0
        : 5
      : row === 3 && number % 4 === 0
        ? 4
        : row === 8 && number === 6
          ? 2
          : 3,
  )
}

function summaryOf(number: number, round: JudgedRound): RoundSummary {
  const open = number === OPEN
  const isVoid = number === 7
  const claimed = !open && !isVoid
  const openedAt = START + (number - 1) * LENGTH
  const verdicts = claimed ? verdictsOf(number, round) : []
  const members = membersIn(round)
  const { claim } = round.computed
  return {
    round: String(number),
    state: open ? 'open' : isVoid ? 'void' : number > 10 ? 'posted' : 'final',
    phase: open ? 'reveal' : null,
    deadline: open ? openedAt + 190 : null,
    operator: OPERATOR,
    openedAt,
    sealedAt: openedAt + 130,
    postedAt: claimed ? openedAt + 300 : null,
    postedBlock: claimed ? String(100 + number * 20) : null,
    transaction: claimed ? hashOf(number, 4) : null,
    challengeEnd: claimed ? openedAt + 3900 : null,
    claimHash: claimed ? (number === JUDGED ? round.facts.claimHash : hashOf(number, 1)) : null,
    modelRoot: claimed ? (number === JUDGED ? claim.modelRoot : hashOf(number, 2)) : null,
    ledgerRoot: claimed ? (number === JUDGED ? claim.ledgerRoot : hashOf(number, 3)) : null,
    height: claimed ? (number > 7 ? number - 1 : number) : null,
    members: members.length,
    sealed: open ? 8 : members.length,
    verdicts: null,
    rewards: claimed ? tokens(90) : null,
    operatorReward: claimed ? tokens(9) : null,
    evaluation: null,
    rows: claimed
      ? members.map((member, row) => {
          const paid = verdicts[row] === 3 || verdicts[row] === 4
          const verdict = verdictName(verdicts[row] as 3)
          return {
            member,
            slot: row,
            verdict,
            reason: 'none' as const,
            weight: paid ? 8192 : 0,
            score: paid ? '1000' : '0',
            reward: paid ? tokens(11.57) : '0',
          }
        })
      : null,
  }
}

function roundOf({ rows, ...summary }: RoundSummary): RoundAnswer {
  const open = summary.state === 'open'
  const { openedAt } = summary
  const members = (rows ?? []).map(({ member }) => member)
  const names =
    members.length > 0 ? members : Array.from({ length: 9 }, (_, slot) => `0x${(slot + 1).toString(16).padStart(40, '0')}`)
  return {
    ...summary,
    base: hashOf(9, 9),
    seed: null,
    deadlines: {
      commit: openedAt! + 120,
      seal: openedAt! + 180,
      reveal: openedAt! + 190,
      attest: openedAt! + 250,
      post: openedAt! + 310,
    },
    paused: 0,
    chainNow: openedAt! + (open ? 156 : 400),
    agreement: open
      ? null
      : { members: 6, stake: tokens(80), totalStake: tokens(126), quorumBps: 6667, reached: summary.state === 'final' },
    entries: names.map((member, slot) => {
      const row = rows?.find((one) => one.member === member)
      return {
        member,
        slot,
        stake: tokens(slot + 10),
        committed: !open || slot !== 5,
        revealed: !open || (slot !== 5 && slot < 6),
        attested: !open,
        agreed: open ? null : slot < 6,
        awaited: open && slot > 5,
        verdict: row?.verdict ?? null,
        reason: null,
        weight: row?.weight ?? null,
        score: row?.score ?? null,
        reward: row?.reward ?? null,
      }
    }),
  }
}

function whyOf(round: JudgedRound, row: number, task: TaskAnswer): WhyAnswer {
  const leaves = round.leavesOf(row)
  const json = leavesToJson(leaves)
  return {
    ...json,
    chainId: task.chainId,
    ledger: task.contracts.ledger,
    claimHash: round.facts.claimHash,
    final: false,
    operator: OPERATOR,
    operatorSlot: 100,
    row,
    norm: null,
    words: { verdict: '', reward: '' },
  }
}

function gramOf({ computed, facts }: JudgedRound): GramAnswer {
  const { parts, rows } = computed
  const members = rows.filter(({ verdict }) => isAdmitted(verdict)).map(({ member }) => lowerHex(member))
  const size = members.length + 1
  const product = (i: number, j: number): number => parts.gram[pairIndex(Math.max(i, j), Math.min(i, j))]!.at(-1)![0]!
  const each = <T>(of: (i: number, j: number) => T): T[][] =>
    Array.from({ length: size }, (_, i) => Array.from({ length: size }, (__, j) => of(i, j)))
  return {
    round: String(JUDGED),
    claimHash: facts.claimHash,
    members,
    reference: true,
    products: each((i, j) => String(product(i, j))),
    cosines: each((i, j) => product(i, j) / Math.sqrt(product(i, i) * product(j, j) || 1)),
    norms: Array.from({ length: size }, (_, i) => Math.sqrt(product(i, i))),
  }
}

function membersOf(round: JudgedRound) {
  const members = membersIn(round).map((member, slot) => {
    const bad = slot === POISONER
    return {
      member,
      role: 'member' as const,
      slot,
      operatorKey: `0x${(slot + 1).toString(16).padStart(40, '1')}`,
      connected: slot !== 8,
      bonded: tokens(slot + 12),
      free: tokens(2),
      allocated: tokens(slot + 10),
      eligible: tokens(slot + 10),
      share: (slot + 10) / 126,
      joinedAt: START - 86_400,
      joinedBlock: '12',
      leavingUntil: slot === 8 ? START + 90_000 : null,
      earned: bad ? '0' : tokens(115.7 + slot),
      claimed: bad ? '0' : tokens(slot * 10),
      evidence: {
        eValue: bad ? 1000 : 0.0625,
        wealth: bad ? 2552 : -1024,
        strikes: bad ? 6.2 : 0.1,
        reputation: bad ? 0.2 : 0.9,
        quarantined: bad,
        since: bad ? '8' : null,
        until: bad ? '25' : null,
        times: bad ? 1 : 0,
      },
    }
  })
  const operator = {
    ...members[0]!,
    member: OPERATOR,
    role: 'operator' as const,
    slot: 100,
    eligible: '0',
    allocated: tokens(8000),
    share: 0,
    evidence: null,
    earned: tokens(99),
  }
  return { after: String(JUDGED), totalStake: tokens(126), members: [...members, operator], next: null }
}

/** Two members that train privately: the one whose node serves the page, and one whose statements did not all arrive. */
function SPENDINGS(round: JudgedRound): SpendingsAnswer {
  const [own, other] = [NODE.account, membersIn(round)[0]!]
  const steps = [{ noiseMultiplier: 1.1, samplingRate: 0.0533, steps: 19 }]
  const entry = (member: string, number: number, factor: number) => ({
    member,
    commitment: hashOf(number, 7),
    epsilon: 0.84 * factor,
    total: Number((factor * (0.55 + 0.42 * Math.sqrt(number))).toFixed(6)),
    delta: 1e-5,
    steps,
  })
  const rounds = Array.from({ length: JUDGED }, (_, k) => JUDGED - k).map((number) => ({
    round: String(number),
    entries: [entry(own, number, 1), ...(number % 3 === 0 ? [] : [entry(other, number, 1.4)])],
  }))
  const spent = rounds[0]!.entries[0]!.total
  return { own: { epsilon: 8, delta: 1e-5, spent, rounds: JUDGED, steps: 19 * JUDGED, roundsLeft: 212 }, rounds, next: null }
}

function EVALUATIONS(round: JudgedRound): EvaluationsAnswer {
  const members = membersIn(round).slice(0, 7)
  const rounds = Array.from({ length: JUDGED }, (_, k) => JUDGED - k).map((number) => {
    const value = (row: number): number =>
      Number((0.93 - 0.62 * Math.exp(-number / 3.2) - 0.015 * row + 0.01 * Math.sin(number * (row + 2))).toFixed(4))
    const values = members.map((_, row) => value(row))
    const sorted = values.toSorted((a, b) => a - b)
    const mean = values.reduce((a, b) => a + b, 0) / values.length
    const summary = {
      members: values.length,
      mean,
      median: sorted[3]!,
      least: sorted[0]!,
      most: sorted.at(-1)!,
      spread: Math.sqrt(values.reduce((sum, one) => sum + (one - mean) ** 2, 0) / values.length),
    }
    return {
      round: String(number),
      modelRoot: hashOf(number, 2),
      members: 9,
      summary: {
        accuracy: summary,
        loss: {
          ...summary,
          mean: 2 - 2 * mean + 0.3,
          median: 2.3 - 2 * summary.median,
          least: 2.3 - 2 * summary.most,
          most: 2.3 - 2 * summary.least,
        },
      },
      entries: members.map((member, row) => ({
        member,
        stake: tokens(row + 10),
        samples: 400 + row,
        metrics: { accuracy: values[row]!, loss: 2.3 - 2 * values[row]! },
      })),
      own: null,
    }
  })
  return { rounds, next: null }
}

const DISPUTES = {
  disputes: [
    {
      round: '9',
      claimHash: hashOf(9, 7),
      operator: address(0xbc),
      state: 'rejected',
      reasons: ['the trace differs at leaf 41 (weights)'],
      courtRequests: [],
      proof: {
        transaction: hashOf(9, 8),
        block: '301',
        time: START + 3100,
        proof: 'proveTraceStep',
        by: address(2),
        gas: '412034',
        recipient: address(2),
        slashed: tokens(7200),
        bounty: tokens(1440),
        burned: tokens(5760),
      },
    },
    {
      round: '11',
      claimHash: hashOf(11, 7),
      operator: OPERATOR,
      state: 'open',
      reasons: ['nobody serves the evidence'],
      courtRequests: [{ id: hashOf(1, 1), kind: 'rows', tree: 'members', level: 0, index: '0', deadline: START + 9000 }],
      proof: null,
    },
  ],
  penalties: [
    {
      round: '6',
      account: address(9),
      transaction: hashOf(6, 8),
      block: '240',
      time: START + 2100,
      kind: 'garbage',
      by: address(2),
      gas: '288101',
      recipient: address(2),
      penalty: tokens(20),
      bounty: tokens(4),
      burned: tokens(16),
    },
  ],
}

function economicsOf(round: JudgedRound) {
  const members = membersIn(round).map((account, row) => ({
    account,
    role: 'member' as const,
    earned: row === POISONER ? '0' : tokens(115.7 + row),
    paid: tokens(row === POISONER ? 0 : row * 10),
    fees: tokens(0.1),
    slashed: row === 8 ? tokens(20) : '0',
    bounties: row === 1 ? tokens(1444) : '0',
  }))
  return {
    after: String(JUDGED),
    funded: tokens(9000),
    earned: tokens(1080),
    paid: tokens(360),
    unclaimed: tokens(720),
    remaining: tokens(7920),
    rewardPerRound: tokens(90),
    roundsLeft: '88',
    refunded: '0',
    fees: tokens(0.9),
    slashed: tokens(7220),
    bounties: tokens(1444),
    burned: tokens(5776),
    accounts: [
      ...members,
      { account: OPERATOR, role: 'operator' as const, earned: tokens(99), paid: '0', fees: '0', slashed: '0', bounties: '0' },
    ],
  }
}

const PROPOSAL = BigInt(hashOf(77)).toString()

const GOVERNANCE = {
  governor: address(0xa5),
  timelock: address(0xa6),
  guardian: address(0xa7),
  parameters: [
    { name: 'vault.minBond', unit: 'tokens', value: tokens(10), min: tokens(1), max: tokens(1_000_000) },
    { name: 'vault.unbondingDelay', unit: 'seconds', value: '604800', min: '86400', max: '2592000' },
    { name: 'vault.consortiumMode', unit: 'flag', value: '0', min: '0', max: '1' },
    { name: 'governor.quorumBps', unit: 'bps', value: '5000', min: '1000', max: '9000' },
  ],
  proposals: [
    {
      proposal: PROPOSAL,
      reference: PROPOSAL.slice(0, 8),
      state: 'active',
      proposer: address(1),
      description: 'Raise the minimum bond to 20 QRT',
      calls: [{ target: address(0xa1), data: '0x01', words: 'vault.setMinBond(20 QRT)' }],
      snapshot: START + 100,
      deadline: START + 90_000,
      votes: { for: tokens(61), against: tokens(12), abstain: tokens(4.5) },
      quorum: tokens(63),
      executableAt: null,
      operation: hashOf(5, 5),
      next: 'Members vote until the deadline. It passes with 63 QRT for or abstaining, and more for than against.',
    },
  ],
}

function lineageOf(rounds: readonly RoundSummary[], { specHash }: TaskAnswer) {
  const standing = rounds.filter(({ claimHash }) => claimHash !== null)
  return {
    models: [
      ...standing.map((one, k) => ({
        round: one.round,
        claimHash: one.claimHash!,
        parent: standing[k + 1]?.claimHash ?? hashOf(0, 1),
        modelRoot: one.modelRoot!,
        evidence: hashOf(Number(one.round), 6),
        operator: OPERATOR,
        transaction: one.transaction,
        block: one.postedBlock,
        openedAt: one.openedAt,
        final: one.state === 'final',
      })),
      {
        round: '0',
        claimHash: hashOf(0, 1),
        parent: specHash,
        modelRoot: hashOf(0, 2),
        evidence: ZERO_HASH,
        operator: null,
        transaction: null,
        block: null,
        openedAt: null,
        final: true,
      },
    ],
    next: null,
  }
}
