import { Verdict } from '../../src/protocol/index.ts'
import type { MemberScheme, Scheme } from './actors/scheme.ts'
import { QUIET_MEMBER } from './actors/scheme.ts'
import { Away, Crash, Edge, Flood, Pass, Pause, Play, Reorg, Rotate, Send, Slow, Try, Unpause, Veto } from './commands.ts'
import type { Model } from './commands.ts'
import type { World } from './world.ts'

interface Act {
  run(model: Model, world: World): Promise<void>
}

/** An attack as a short script in the words of the game; the rules are checked after each step. */
export interface Scenario {
  /** As docs and reviews name it. */
  id: string
  title: string
  script: readonly Act[]
  /** What must have happened besides. */
  holds: (world: World) => boolean
}

const member = (changes: Partial<MemberScheme>): MemberScheme => ({ ...QUIET_MEMBER, ...changes })
const both = (changes: Partial<MemberScheme>): Pick<Scheme, 'members'> => ({ members: [member(changes), member(changes)] })
const play = (changes: Partial<Scheme>): Play => new Play(changes, 7)
/** About two rounds. */
const ROUNDS = new Pass(40, 12)
const ROUND = new Pass(20, 12)

const posted = ({ stats }: World): boolean => stats.posted >= 1 && stats.rejected === 0
const allRejected = ({ stats }: World): boolean => stats.liesPosted >= 1 && stats.liesProved === stats.liesPosted
const allLiesFell = ({ stats }: World): boolean => stats.liesProved === stats.liesPosted && stats.unprovedLies === 0
const nothingPosted = ({ stats }: World): boolean => stats.posted === 0

/** How often a row of an honest member was available in the claims that stand. */
function honestRows({ chain, claims, nodes }: World): boolean {
  const all = chain.history.claims().map(({ claimHash }) => claims.servedOf(claimHash)?.opening?.rows ?? [])
  return (
    all.length > 0 &&
    all.every((rows) =>
      nodes.every(
        ({ person }) =>
          person.role === 'operator' || rows.some((row) => row.member === person.owner && row.verdict >= Verdict.inadmissible),
      ),
    )
  )
}

export const SCENARIOS: readonly Scenario[] = [
  {
    id: 'C1',
    title: 'a bitmap wider than the rows does not make an attestation false',
    script: [play(both({ attest: 'high' })), ROUND, new Try('attestation'), new Try('availability')],
    holds: posted,
  },
  {
    id: 'C2',
    title: 'rows called inadmissible without a reason',
    script: ['row: called a bad value', 'row: called a copy', 'row: called out of bounds'].flatMap((lie) => [
      play({ seat: true, lie }),
      ROUND,
    ]),
    holds: allRejected,
  },
  {
    id: 'C3',
    title: 'an attestation signed after the posting takes nothing',
    script: [play(both({ attest: 'none' })), ROUNDS, new Try('late attestation'), new Try('certificate')],
    holds: posted,
  },
  {
    id: 'C4',
    title: 'every member forces its commitment',
    script: [play({}), new Pass(1, 12), new Send('force all'), new Send('force all'), ROUND, new Try('omission')],
    holds: posted,
  },
  {
    id: 'H1',
    title: 'an operator that gave receipts lets its twin leave everybody out',
    script: [
      play({ seat: true, seal: 'never' }),
      new Pass(18, 12),
      play({ seat: true, receipts: 0, rows: 'with receipt' }),
      ROUNDS,
    ],
    holds: ({ stats }) => stats.unprovedLies === 0 && stats.rounds >= 2,
  },
  {
    id: 'H1 burn',
    title: 'a list that leaves out a member with a receipt gets no certificate, so no numbers are burned over a claim',
    script: [
      play({ seat: true, rows: 'without', victim: 3, burn: true }),
      new Slow(40),
      new Pass(18, 12),
      play({}),
      ROUNDS,
      ROUNDS,
    ],
    holds: (world) => allLiesFell(world) && world.stats.failed >= 1,
  },
  {
    id: 'V3',
    title: 'a list leaves out a member with a receipt: nobody shows an update to it, and no vote makes a claim over it final',
    script: [
      play({ seat: true, rows: 'without', victim: 3 }),
      ...Array.from({ length: 20 }, () => [new Pass(1, 12), new Send('finalize')]).flat(),
    ],
    holds: (world) => allLiesFell(world) && !world.revealedAt.has(1n),
  },
  {
    id: 'H2',
    title: 'keys change in the second in which a round opens',
    script: [
      play({}),
      // One of the blocks opens a round; the member signs in it with the key of its snapshot.
      ...Array.from({ length: 15 }, () => [new Rotate('h1', 1, true), new Pass(1, 12), new Try('commitment')]).flat(),
      ...['b0', 'b1', 'o0', 'h1'].flatMap((name) => [
        new Edge(0),
        new Edge(0),
        new Rotate(name, 1, false),
        new Try('commitment'),
      ]),
      ROUNDS,
      new Try('commitment'),
      new Try('attestation'),
      new Try('omission'),
    ],
    holds: posted,
  },
  {
    id: 'M1',
    title: 'requests to the court without end',
    script: [play({}), ROUND, new Flood(), new Flood(), new Flood(), ROUNDS],
    holds: (world) => posted(world) && world.court.cases().length > 10 && world.court.cases().every(({ open }) => !open),
  },
  {
    id: 'R1',
    title: 'a minority that attests to its own rows alone makes no honest row unavailable',
    script: [play({ seat: true, certificate: 'own first', ...both({ attest: 'mine' }) }), ROUNDS, ROUNDS],
    holds: (world) => posted(world) && honestRows(world),
  },
  {
    id: 'R2',
    title: 'a list that is withheld gets no certificate; a list shown to one reaches everybody',
    script: [play({ seat: true, list: 'late' }), ROUNDS, play({ seat: true, list: 'some', shown: 1 }), ROUNDS, ROUNDS],
    holds: honestRows,
  },
  {
    id: 'R3',
    title: 'one member, two statements',
    script: [
      play(both({ doubled: true, attest: 'two' })),
      ROUNDS,
      new Try('other commitment'),
      new Try('omission'),
      new Try('late attestation'),
    ],
    holds: posted,
  },
  {
    id: 'R4',
    title: 'a statement forced in the block of the seal or of the claim',
    script: [play({}), ...Array.from({ length: 12 }, () => [new Send('force own again'), new Try('omission')]).flat()],
    holds: posted,
  },
  {
    id: 'R5',
    title: 'a reorganisation at the end of the commit window',
    script: [
      play(both({ late: true, doubled: true })),
      new Edge(-1),
      new Reorg(2, true),
      new Edge(1),
      new Reorg(2, false),
      ROUND,
      new Try('omission'),
    ],
    holds: posted,
  },
  {
    id: 'R5 forced',
    title: 'a reorganisation loses commitments that were forced: members force them again',
    script: [play({ seat: true, receipts: 0, rows: 'with receipt' }), new Pass(9, 12), new Reorg(1, true), new Pass(20, 12)],
    holds: (world) => posted(world) && honestRows(world),
  },
  {
    id: 'R6',
    title: 'a seal, a loss of memory, another seal',
    script: [play({}), new Edge(0), new Pass(1, 12), new Crash('o0'), ROUNDS, new Try('sealed')],
    holds: posted,
  },
  {
    id: 'R7',
    title: 'two keys of one account in a round',
    script: [
      play(both({ doubled: true, update: 'forbidden' })),
      new Pass(2, 12),
      new Rotate('b0', 1, false),
      new Rotate('h2', 1, true),
      ROUNDS,
      new Try('other commitment'),
      new Try('garbage'),
    ],
    holds: posted,
  },
  {
    id: 'R8',
    title: 'the holder leaves after the reveals, and its twin seals who knows them',
    script: Array.from({ length: 3 }, () => [
      play({ seat: true, post: 'never' }),
      new Edge(0),
      new Pass(4, 12),
      play({ seat: true, fail: 'sealed' }),
      new Pass(2, 12),
    ]).flat(),
    holds: ({ stats }) => stats.failed >= 2,
  },
  {
    id: 'R9',
    title: 'several operators want the seat at once',
    script: [
      play({ seat: true, fail: 'open' }),
      new Send('take'),
      ROUND,
      new Send('take'),
      new Send('fail'),
      new Send('open'),
      ROUNDS,
    ],
    holds: ({ stats }) => stats.rounds >= 3,
  },
  {
    id: 'R10',
    title: 'forged rows in a seal bind no successor',
    script: [play({ seat: true, rows: 'forged' }), new Edge(0), new Pass(2, 12), play({ fail: 'sealed' }), ROUNDS],
    holds: posted,
  },
  {
    id: 'R11',
    title: 'an operator that acknowledges nobody: members force, then remove it',
    script: [play({ seat: true, receipts: 0, rows: 'with receipt' }), ROUND, new Veto(), ROUNDS],
    holds: (world) => honestRows(world) && world.stats.voided === 1,
  },
  {
    id: 'R12',
    title: 'a list that nobody sees becomes no claim',
    script: [play({ seat: true, list: 'nobody', post: 'at the end', ...both({ attest: 'mine' }) }), new Pass(30, 12)],
    holds: nothingPosted,
  },
  {
    id: 'R13',
    title: 'a fifth of the stake never attests',
    script: [play(both({ attest: 'none' })), new Pass(60, 12)],
    holds: ({ stats }) => stats.posted >= 3 && stats.failed === 0,
  },
  {
    id: 'R14',
    title: 'attestations to an update that nobody serves',
    script: [play(both({ bytes: 'nobody', attest: 'mine' })), new Pass(60, 12)],
    holds: (world) => world.stats.posted >= 3 && world.stats.failed === 0 && honestRows(world),
  },
  {
    id: 'R15',
    title: 'a commitment that is never opened is unavailable, and nothing else',
    script: [play(both({ reveal: 'never' })), new Pass(40, 12), new Try('reveal')],
    holds: posted,
  },
  {
    id: 'R16',
    title: 'bits past the rows, in a claim of a Byzantine operator',
    script: [play({ seat: true, ...both({ attest: 'high' }) }), ROUNDS, new Try('attestation'), new Try('certificate')],
    holds: posted,
  },
  {
    id: 'R17',
    title: 'each reason, and lies about each',
    script: (['forbidden', 'padding', 'tiny', 'huge', 'twin'] as const).flatMap((update) =>
      ['row: reason argument', 'row: admitted wrongly'].flatMap((lie) => [
        play({ seat: true, lie, ...both({ update }) }),
        ROUND,
        play({ ...both({ update }) }),
        ROUND,
      ]),
    ),
    holds: allRejected,
  },
  {
    id: 'R18',
    title: 'an operator that crashes, is slow and is paused loses no stake',
    script: [play({}), new Crash('o0'), ROUND, new Pause(60), new Edge(0), new Unpause(), new Crash('o1'), ROUNDS],
    holds: ({ stats }) => stats.honestSlashed === 0,
  },
  {
    id: 'R19',
    title: 'poison for many rounds fines nobody who is honest',
    script: [play(both({ update: 'poison' })), new Pass(90, 12), new Try('garbage')],
    holds: ({ stats }) => stats.posted >= 10 && stats.garbageFined === 0,
  },
  {
    id: 'R20',
    title: 'a lie that is proved late takes the rounds that were built on it',
    script: [play({ seat: true, lie: 'ledger: extra' }), new Slow(280), ROUND, play({}), new Pass(40, 12)],
    holds: allRejected,
  },
  {
    id: 'R21',
    title: 'receipts and a lost disk',
    script: [play({}), new Pass(2, 12), new Crash('o0'), ROUNDS, new Try('omission')],
    holds: posted,
  },
  {
    id: 'R33',
    title: 'rounds faster than the ring has places',
    script: [play({}), new Pass(460, 1)],
    holds: ({ stats }) => stats.posted > 60 && stats.failed === 0,
  },
  {
    id: 'R35',
    title: 'a liar asks the court about its own claim',
    script: [play({ seat: true, lie: 'trace: weights', serves: 'nothing' }), new Slow(60), ROUND, new Flood(), new Pass(30, 12)],
    holds: ({ stats }) => stats.liesProved >= 2 && stats.unprovedLies === 0,
  },
  {
    id: 'withheld',
    title: 'a lie of which nothing is served and nothing answered',
    script: [play({ seat: true, lie: 'model: leaf', serves: 'nothing', answers: false }), new Pass(25, 12)],
    holds: ({ stats }) => stats.rejected >= 1 && stats.unprovedLies === 0,
  },
  {
    id: 'away',
    title: 'a member that was away comes back in the middle of a round',
    script: [play({}), new Away('h1'), new Pass(6, 12), new Away('h1'), ROUNDS],
    holds: posted,
  },
]

/** Attacks of the list that need no script, and why. */
export const ELSEWHERE: Record<string, string> = {
  H3: 'slots and seats are the vault’s: test/contracts/poc/H3_RecycledTokens.t.sol',
  M2: 'the task of the game is funded; a round opens only if its claim could be posted: RoundLedgerSeat.t.sol',
  M3: 'the guardian’s replacement is governance: Pause.t.sol',
  M4: 'the cap is a rule of the game, checked with every claim',
  M5: 'one task in the game: test/contracts/poc/M5_HostileJudge.t.sol',
  M6: 'the token of the game burns: StakeVault.t.sol',
  M7: 'nobody reserves in the game; shares and penalties: Economics.t.sol',
  M8: 'at most 128 members: Gas.t.sol',
  R22: 'seven members; 128 forced commitments: Gas.t.sol',
  R23: 'no task of the game is drawn; the seed is RANDAO, never a block hash: DrawnRounds.t.sol (R24)',
  R24: 'no task of the game is drawn: DrawnRounds.t.sol',
  R25: 'no task of the game is drawn: DrawnRounds.t.sol',
  R26: 'no task of the game is drawn: the table of docs/protocol.md §14, scripts/sim-committee.ts',
  R27: 'no task of the game is drawn: DrawnRows.t.sol, unit/judge/full-claim.test.ts',
  R28: 'no task of the game is drawn: DrawnRounds.t.sol',
  R29: 'no task of the game is drawn: DrawnRounds.t.sol; failing costs the wait of the seat (R8, R9)',
  R30: 'nobody leaves for longer than a game lasts: StakeVault.t.sol, Invariants.t.sol',
  R31: 'the terms of a task never change: RoundLedgerTasks.t.sol',
  R32: 'one judge and one specification in a game: TaskRules.t.sol, SpecRules.t.sol, RoundLedgerTasks.t.sol',
  R34: 'as M7',
  R36: 'as H3',
  R37: 'as H3; DrawnRounds.t.sol for drawn tasks',
  R38: 'the share is a part of every claim of the game; only a claim that pays has one: test/contracts/poc/R38_OperatorShare.t.sol',
  R39: 'no contract is upgraded in a game: Upgrade.t.sol',
  R40: 'no task of the game is drawn: DrawnRounds.t.sol',
  R41: 'no task has buckets',
  R42: 'no task has buckets',
  R43: 'no task has buckets',
  R44: 'no task has buckets',
  R45: 'no task has buckets',
  R46: 'no task has buckets',
  R47: 'no task has buckets',
}
