import { setTimeout as delay } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseEther } from 'viem'
import {
  createTask,
  failRound,
  fundRewards,
  isRoundOver,
  mintDevelopmentTokens,
  readAccount,
  readCurrentRound,
} from '../../../src/chain/index.ts'
import { silentLogger } from '../../../src/core/index.ts'
import type { Logger } from '../../../src/core/index.ts'
import { auditTask } from '../../../src/replay/index.ts'
import { reorganise } from '../../support/chain/reorganise.ts'
import { Chorus } from '../../support/node/chorus.ts'
import type { Verse } from '../../support/node/chorus.ts'
import { operatorOnChain } from '../../support/node/operator-on-chain.ts'
import type { OperatorOnChain } from '../../support/node/operator-on-chain.ts'
import { smallTask } from '../../support/node/small-task.ts'
import { chainSide, viewingNode } from '../../support/node/viewing-node.ts'
import { BOND, enrol, hotSender, joinAll, startTestChain, WINDOWS } from '../chain/harness.ts'
import type { TestChain } from '../chain/harness.ts'
import { LONG } from '../../support/long.ts'

const MEMBERS = [3, 4, 5]
/** What a step may take on a machine with other work; nothing is decided by it but failure. */
const WAIT_MS = 120_000
/** `npm test` takes some of the depths; `npm run test:reorganisations` all. */
const DEPTHS = LONG ? [1, 2, 3, 4, 5, 6, 7, 8] : [1, 8]

let on: TestChain
let task: bigint
let operator: OperatorOnChain
let chorus: Chorus
/** Warnings of the node, for a test that fails. */
const said: unknown[] = []

beforeAll(async () => {
  const small = smallTask({ rewardPerRound: parseEther('0.01') })
  on = await startTestChain({ mining: 'automine' })
  const { contracts, governor } = on
  const { ledger } = contracts
  await enrol(on, 1, 'operator')
  for (const index of MEMBERS) await enrol(on, index, 'member')
  const rules = { windows: WINDOWS, quorumBps: 6667, judge: contracts.judge, bountyBps: 2000 }
  const penalties = { falseClaimPenalty: parseEther('50'), faultPenalty: parseEther('10') }
  const created = await createTask(governor, { ledger, spec: small.spec, ...rules, ...penalties, minMembers: 1, minStake: 0n })
  task = created.task
  await joinAll(on, task)
  const amount = parseEther('1000')
  await mintDevelopmentTokens(governor, { token: contracts.token, to: governor.address, amount })
  await fundRewards(governor, { ...contracts, task, amount })
  await on.pass(2)
  // Blocks that no reorganisation below reaches.
  await on.test.mine({ blocks: 20 })
  const logger: Logger = { ...silentLogger, warn: (fields, message) => void said.push([message, fields]) }
  operator = await operatorOnChain(on, { task, small, index: 1, takesSeat: true, logger })
  chorus = new Chorus(
    operator,
    task,
    MEMBERS.map((index) => ({ owner: on.sender(index).address, account: on.hot(index).account })),
  )
}, 60_000)
afterAll(async () => {
  await operator[Symbol.asyncDispose]()
  await on[Symbol.asyncDispose]()
})

/** Has the members speak until something holds. Blocks come meanwhile, as on any chain. */
async function until(what: string, holds: () => boolean): Promise<void> {
  const deadline = AbortSignal.timeout(WAIT_MS)
  for (let turn = 1; !holds(); turn++) {
    if (deadline.aborted) {
      const told = { what, newest: newest(), open: operator.history.open(), said: said.slice(-6) }
      throw new Error(
        `still waiting: ${JSON.stringify(told, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value instanceof Map ? [...value] : value))}`,
      )
    }
    await chorus.sing()
    await delay(5)
    if (turn % 20 !== 0) continue
    // An operator that failed a round waits before it may have the seat again.
    if (operator.history.open() === undefined) await on.pass(600)
    else await on.test.mine({ blocks: 1 })
  }
}

const newest = () => operator.rounds.latest
const claims = () => operator.history.claims()

/** Where a round stands when the chain reorganises. */
const PHASES: Record<string, { upTo: Verse; reached: (round: bigint) => boolean }> = {
  commit: { upTo: 'nothing', reached: (round) => newest()?.plan.round === round },
  sealed: { upTo: 'commitment', reached: (round) => operator.rounds.state(round)?.seal !== undefined },
  reveal: { upTo: 'reveal', reached: (round) => operator.rounds.state(round)?.reveals.size === MEMBERS.length },
  posted: { upTo: 'attestation', reached: (round) => operator.history.claim(round) !== undefined },
}

/** No round stands otherwise than the chain has it, every claim is true, and nobody paid. */
async function expectTruth(): Promise<void> {
  const { chain, contracts } = on
  const told = ({ rounds, history }: Pick<OperatorOnChain, 'rounds' | 'history'>) => ({
    claims: history.claims().map(({ claimHash }) => claimHash),
    rounds: new Map(
      rounds.states().map((state) => {
        const { plan, sealed, posted } = chainSide(state)!
        return [plan.round, [plan.openedAt, sealed?.digest, posted]]
      }),
    ),
  })
  /** What differs from a node that is new, and from an audit. */
  const differences = async (): Promise<unknown[]> => {
    const known = told(operator)
    const fresh = await viewingNode(on, { task })
    const truth = told(fresh)
    await fresh.stop()
    const rounds = [...truth.rounds].filter(([round, facts]) => !isDeepStrictEqual(known.rounds.get(round), facts))
    const audited = await auditTask({ chain, contracts, task, evidence: operator.stores.evidence, includePending: true }).catch(
      (error: unknown) => [{ match: false, error: String(error) }],
    )
    const claimed = isDeepStrictEqual(known.claims, truth.claims) ? [] : [known.claims, truth.claims]
    return [...claimed, ...rounds, ...audited.filter(({ match }) => !match)]
  }
  // The operator may be at work, or ahead of the chain for some blocks: a claim that stands again is replayed, and its evidence kept again.
  for (let tries = 1; ; tries++) {
    await on.test.mine({ blocks: 4 })
    await operator.synced()
    const found = await differences()
    if (found.length === 0) break
    if (tries === 60) expect(found).toEqual([])
    await delay(100)
  }
  const { vault } = contracts
  expect((await readAccount(chain, { vault, task, owner: on.sender(1).address })).allocated).toBe(BOND)
}

describe.each(Object.keys(PHASES))('a reorganisation in phase %s', { timeout: 400_000 }, (phase) => {
  it.each(DEPTHS.flatMap((depth) => (depth % 3 === 0 ? [true, false] : [depth % 2 === 0]).map((keep) => ({ depth, keep }))))(
    'of depth $depth (transactions mined again: $keep): the round is posted in the end',
    async ({ depth, keep }) => {
      const { upTo, reached } = PHASES[phase]!
      await until('a round is open', () => newest() !== undefined && !newest()!.posted && operator.history.open() !== undefined)
      const { round } = newest()!.plan
      chorus.upTo = upTo
      await until(`the phase is reached`, () => reached(round))
      await reorganise(on, { depth, keep })
      chorus.upTo = 'attestation'
      await operator.synced()
      const before = claims().length
      await until('a claim is posted', () => claims().length > before)
      await expectTruth()
    },
  )
})

it('a reorganisation of any depth undoes that the empty seat was taken: it is taken again', { timeout: 600_000 }, async () => {
  const { ledger } = on.contracts
  for (const depth of [1, 3, 8]) {
    chorus.upTo = 'nothing'
    await until('a round is open', () => newest() !== undefined && !newest()!.posted)
    // The claim of the round may still be posted.
    for (let ended = false; !ended;) {
      const { round } = await readCurrentRound(on.chain, { ledger, task })
      ended = await failRound(hotSender(on, 1), { ledger, task, round }).then(
        () => true,
        (error: unknown) => {
          if (isRoundOver(error)) return false
          throw error
        },
      )
    }
    await until('nobody has the seat', () => operator.history.open() === undefined)
    await until('the seat is taken', () => operator.history.open() !== undefined)
    await reorganise(on, { depth })
    await operator.synced()
    chorus.upTo = 'attestation'
    const before = claims().length
    await until('a claim is posted', () => claims().length > before)
  }
  await expectTruth()
})
