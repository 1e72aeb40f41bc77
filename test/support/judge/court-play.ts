import { ChainClock, mintDevelopmentTokens, readCourt, readRequests, readRound } from '../../../src/chain/index.ts'
import type { CourtRules, TransactionSender } from '../../../src/chain/index.ts'
import { noMetrics, silentLogger } from '../../../src/core/index.ts'
import type { Metrics } from '../../../src/core/index.ts'
import { findFraud, membersFraud } from '../../../src/judge/index.ts'
import type { ClaimParts, OpenedRow } from '../../../src/judge/index.ts'
import { CourtDispute, Watcher } from '../../../src/node/index.ts'
import type { Dispute, Finding } from '../../../src/node/index.ts'
import { recordedEvents } from '../events.ts'
import type { AnyEvent } from '../events.ts'
import { createMemoryJournal } from '../../../src/storage/index.ts'
import { courtUnits } from '../../../src/protocol/index.ts'
import type { Address } from '../../../src/protocol/index.ts'
import type { Journal } from '../../../src/storage/index.ts'
import type { TestChain } from '../../integration/chain/harness.ts'
import { memberSender, postRound, wealthOf } from './judged-chain.ts'
import { mutate } from './mutations.ts'
import { randomOf, TASK } from './random-round.ts'
import { recordedRound, silentOperator } from './silent-operator.ts'
import type { RecordedRound } from './silent-operator.ts'

/** Units of requests that each watcher can pay for. */
export const BONDS = 80n

export type Withheld = Extract<Finding, { kind: 'withheld' }>

export interface WatchOptions {
  onEvent?: (event: AnyEvent) => void
  onRow?: (round: bigint, opened: OpenedRow) => void
  journal?: Journal
  metrics?: Metrics
}

export interface Game {
  dispute: Dispute
  now: () => number
  /** Of a unit of a request, token wei. */
  bond: bigint
}

/** Watchers (members, by number) against an operator that serves nothing, on a chain: each game on a fresh task. */
export function courtPlay(on: TestChain) {
  const senderOf = (member: number): TransactionSender => memberSender(on, member)
  const rules = (): Promise<CourtRules> => readCourt(on.chain, { court: on.deployment.court, task: TASK })

  /** One game on a fresh task: the watchers of `accounts` have bonds, the operator answers. */
  async function play(
    round: RecordedRound,
    posted: ClaimParts,
    body: (game: Game) => Promise<void>,
    { accounts = [3], answers = true }: { accounts?: readonly number[]; answers?: boolean } = {},
  ): Promise<void> {
    const untouched = await on.test.snapshot()
    const clock = new ChainClock({ chain: on.chain, logger: silentLogger, pollingIntervalMs: 20 })
    try {
      const dispute = await postRound(on, round, posted)
      const { token } = on.contracts
      const { unitBond: bond } = await rules()
      for (const account of accounts)
        await mintDevelopmentTokens(on.governor, { token, to: senderOf(account).address, amount: BONDS * bond })
      await clock.start()
      const operator = answers ? silentOperator(on, round, posted, dispute, () => clock.now()) : undefined
      await operator?.start()
      try {
        await body({ dispute, now: () => clock.now(), bond })
      } finally {
        await operator?.stop()
      }
    } finally {
      await clock.stop()
      await on.revert(untouched)
    }
  }

  function watcher(
    account: number,
    { now }: Game,
    finding: Withheld,
    { onEvent, onRow, journal = createMemoryJournal(), metrics = noMetrics }: WatchOptions = {},
  ) {
    const { events, told } = recordedEvents(onEvent)
    const sender = senderOf(account)
    const { contracts, deployment } = on
    const common = { contracts, task: TASK, sender, events, logger: silentLogger }
    const { spec } = finding.own
    const { fromBlock } = deployment
    const court = new CourtDispute({ ...common, spec, fromBlock, now, patienceMs: 0, ...(onRow && { onRow }) })
    const made = new Watcher({
      ...common,
      recipient: sender.address,
      investigate: async () => finding,
      court,
      journal,
      metrics,
      retryMs: 10,
    })
    return { watcher: made, events: told, address: sender.address }
  }

  const withheld = ({ honest, known }: Pick<RecordedRound, 'honest' | 'known'>): Withheld => ({
    kind: 'withheld',
    what: 'opening',
    own: honest,
    replayed: true,
    rowProof: async (posted) => membersFraud(posted, known, honest),
  })

  const domain = () => ({ chainId: on.chain.chainId, ledger: on.contracts.ledger })
  const requests = () => readRequests(on.chain, { court: on.deployment.court, task: TASK, round: 2n })
  /** Units that were asked for and answered or not, all requests together. */
  const unitsAsked = async (): Promise<bigint> =>
    BigInt((await requests()).reduce((sum, { target }) => sum + courtUnits(target.kind, target.tree), 0))
  const balance = async (account: Address): Promise<bigint> => wealthOf(on, account)
  const status = async () => (await readRound(on.chain, { ledger: on.contracts.ledger, task: TASK, round: 2n })).status

  /** The first random round in which the lie is possible. */
  async function lie(mutation: string): Promise<{ round: RecordedRound; posted: ClaimParts; proof: string }> {
    for (let seed = 1; ; seed++) {
      const round = await recordedRound(seed, domain())
      const posted = round.honest.rows.length > 3 ? await mutate(round, mutation, randomOf(seed)) : undefined
      const proof = posted && (await findFraud(posted.parts, posted.known, round.honest))
      if (posted && proof) return { round: { ...round, known: posted.known }, posted: posted.parts, proof: proof.functionName }
    }
  }

  return { play, watcher, senderOf, withheld, domain, requests, unitsAsked, balance, status, rules, lie }
}
