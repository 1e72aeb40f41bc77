import fc from 'fast-check'
import { ATTEMPTS } from './actors/attempts.ts'
import { LIES } from './actors/lies.ts'
import { QUIET_MEMBER } from './actors/scheme.ts'
import type { MemberScheme, Scheme } from './actors/scheme.ts'
import { STRAYS } from './actors/strays.ts'
import { CAST, MEMBERS } from './cast.ts'
import { Away, Crash, Edge, Flood, Leave, Pass, Pause, Play, Reorg, Rotate, Send, Slow, Try, Unpause } from './commands.ts'
import type { Step } from './commands.ts'

// How the commands of a game are drawn.

const member: fc.Arbitrary<MemberScheme> = fc.record({
  update: fc.constantFrom('honest', 'honest', 'poison', 'forbidden', 'padding', 'tiny', 'huge', 'twin', 'none'),
  late: fc.boolean(),
  doubled: fc.boolean(),
  again: fc.boolean(),
  reveal: fc.constantFrom('at once', 'at once', 'at the end', 'never'),
  bytes: fc.constantFrom('all', 'all', 'nobody'),
  attest: fc.constantFrom('all', 'all', 'own', 'mine', 'none', 'high', 'two'),
})

const quietOr = (one: fc.Arbitrary<MemberScheme>): fc.Arbitrary<MemberScheme> =>
  fc.oneof({ weight: 1, arbitrary: fc.constant(QUIET_MEMBER) }, { weight: 2, arbitrary: one })

export const scheme: fc.Arbitrary<Scheme> = fc.record({
  seat: fc.boolean(),
  receipts: fc.constantFrom(0x7f, 0x7f, 0, 0x12, 0x2d, 0x52),
  seal: fc.constantFrom('at once', 'in time', 'in time', 'at the end', 'never'),
  rows: fc.constantFrom('all', 'all', 'with receipt', 'without', 'forged', 'junk'),
  victim: fc.nat(MEMBERS.length - 1),
  list: fc.constantFrom('all', 'all', 'all', 'some', 'late', 'nobody'),
  shown: fc.nat(0x7f),
  certificate: fc.constantFrom('all', 'own first', 'own last'),
  lie: fc.oneof(fc.constant(''), fc.constantFrom(...LIES)),
  serves: fc.constantFrom('everything', 'everything', 'opening', 'record', 'nothing'),
  answers: fc.boolean(),
  post: fc.constantFrom('at once', 'at once', 'at the end', 'never'),
  burn: fc.constantFrom(false, false, false, true),
  fail: fc.constantFrom('never', 'never', 'never', 'open', 'sealed'),
  members: fc.tuple(quietOr(member), quietOr(member)),
})

/** What every game begins with. */
export const BEGINNING = fc.tuple(scheme, fc.nat(2 ** 31 - 1)).map(([one, seed]) => new Play(one, seed))

const names = CAST.map(({ name }) => name)
const honestMembers = MEMBERS.filter(({ honest }) => honest).map(({ name }) => name)

const pass = (...seconds: number[]): fc.Arbitrary<Step> =>
  fc.tuple(fc.integer({ min: 1, max: 5 }), fc.constantFrom(...seconds)).map(([blocks, one]) => new Pass(blocks, one))
const play = (changes: Partial<Scheme>): fc.Arbitrary<Step> =>
  fc.tuple(scheme, fc.nat(2 ** 31 - 1)).map(([one, seed]) => new Play({ ...one, ...changes }, seed))
const several = (times: number, one: fc.Arbitrary<Step>): fc.Arbitrary<Step>[] => Array.from({ length: times }, () => one)

/** Every kind of step, the frequent ones more than once: fast-check draws them with equal weight. */
export const STEPS: fc.Arbitrary<Step>[] = [
  ...several(8, pass(12, 15)),
  ...several(2, pass(3, 12, 15)),
  ...several(
    4,
    fc.constantFrom(-1, 0, 1).map((off) => new Edge(off)),
  ),
  ...several(3, play({})),
  ...several(3, play({ seat: true, seal: 'in time', list: 'all', post: 'at once', fail: 'never' })),
  fc.tuple(fc.integer({ min: 1, max: 2 }), fc.boolean()).map(([depth, lost]) => new Reorg(depth, lost)),
  fc
    .tuple(fc.constantFrom(...names), fc.constantFrom(1, 5, 12), fc.boolean())
    .map(([name, seconds, keeps]) => new Rotate(name, seconds, keeps)),
  fc.constantFrom(...honestMembers.slice(1)).map((name) => new Away(name)),
  fc.constantFrom('o0', 'o1').map((name) => new Crash(name)),
  ...several(
    5,
    fc.constantFrom(...ATTEMPTS).map((attempt) => new Try(attempt)),
  ),
  fc.constantFrom(...STRAYS).map((kind) => new Send(kind)),
  fc.oneof(
    { weight: 4, arbitrary: fc.constant<Step>(new Flood()) },
    { weight: 1, arbitrary: fc.constantFrom('b0', 'b1').map((name): Step => new Leave(name)) },
  ),
  fc.constantFrom(0, 30, 120, 280).map((seconds) => new Slow(seconds)),
  fc.oneof(
    { weight: 1, arbitrary: fc.constantFrom(60, 900).map((one) => new Pause(one)) },
    { weight: 3, arbitrary: fc.constant(new Unpause()) },
  ),
]
