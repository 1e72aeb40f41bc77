import { toLedgerEvent } from '../../../src/chain/index.ts'
import type { LedgerEvent } from '../../../src/chain/index.ts'
import { lowerHex, sameAddress } from '../../../src/protocol/index.ts'
import type { Address, Hash, RecordFacts, RoundPlan, SealFact, SnapshotMember } from '../../../src/protocol/index.ts'
import { ClaimHistory } from '../../../src/replay/index.ts'
import { MEMBERS, slotOf } from '../cast.ts'
import { GENESIS, SPEC, TASK, WINDOWS } from '../task.ts'
import { decode, encode } from './abi.ts'
import type { Stage } from './deploy.ts'
import type { Answers, Call, Evm, Outcome, RawLog, View } from './evm.ts'

/** `OpenRound` of the ledger. */
export interface Current {
  state: 0 | 1 | 2
  round: bigint
  operator: Address
  operatorKey: Address
  emptySince: number
  ringFinalAt: number
  openedAt: number
  commitEnd: number
  sealEnd: number
  forcedHash: Hash
  sealedAt: number
  digest: Hash
  count: number
  revealEnd: number
  attestEnd: number
  postEnd: number
  parent: Hash
}

export interface Mined {
  call: Call
  outcome: Outcome
  events: LedgerEvent[]
}

interface Block {
  number: bigint
  time: number
  mined: Mined[]
}

const CURRENT = encode('ledger', 'current', [TASK])
const PAUSED_UNTIL = encode('ledger', 'pausedUntil', [])

/** Blocks on top of a seal before members show their updates to it: as many as a reorganisation undoes. */
const SEAL_DEPTH = 2

/** Blocks that a reorganisation may undo. */
const KEEP = 8

/** The chain as everybody sees it: one history for all nodes, because all follow the same head. */
export class ChainView {
  readonly evm: Evm
  readonly stage: Stage
  history = new ClaimHistory()
  now = 0
  number = 0n
  current!: Current
  isPaused = false
  /** Logs of the court, in order. */
  courtLogs: RawLog[] = []
  #blocks: Block[] = []
  #snapshots = new Map<number, Promise<{ members: SnapshotMember[]; totalStake: bigint }>>()
  #paused = false

  constructor(evm: Evm, stage: Stage) {
    this.evm = evm
    this.stage = stage
  }

  get domain(): { chainId: number; ledger: Address } {
    return { chainId: this.stage.chainId, ledger: this.stage.ledger }
  }

  /** Takes the head as the beginning of a game. */
  async begin(): Promise<void> {
    const head = await this.evm.rpc<{ timestamp: string; number: string }>('eth_getBlockByNumber', 'latest', false)
    this.now = Number(head.timestamp)
    this.number = BigInt(head.number)
    await this.#refresh()
  }

  async mine(calls: readonly Call[], time: number): Promise<Mined[]> {
    const { outcomes, answers } = await this.evm.mine(calls, time, this.#views())
    this.now = time
    this.number++
    const mined = calls.map((one, i) => ({ call: one, outcome: outcomes[i]!, events: this.#decode(outcomes[i]!) }))
    for (const { events } of mined) for (const event of events) this.history.apply(event)
    for (const { logs } of outcomes) this.courtLogs.push(...logs.filter(({ address }) => sameAddress(address, this.stage.court)))
    this.#blocks.push({ number: this.number, time, mined })
    if (this.#blocks.length > KEEP) this.#blocks.shift()
    await this.#take(answers)
    return mined
  }

  /** Undoes the newest blocks. @returns what was in them, oldest first; undefined when the node does not keep the state before them */
  async rollback(depth: number): Promise<Mined[] | undefined> {
    const undone = this.#blocks.slice(-depth)
    try {
      await this.evm.rpc('anvil_rollback', undone.length)
    } catch {
      return undefined
    }
    this.#blocks = this.#blocks.slice(0, -depth)
    this.number -= BigInt(undone.length)
    this.now = this.#blocks.at(-1)?.time ?? undone[0]!.time - 1
    this.history.apply({ type: 'reorg', toBlock: this.number })
    this.courtLogs = this.courtLogs.filter(({ blockNumber }) => BigInt(blockNumber) <= this.number)
    this.#snapshots.clear()
    await this.#refresh()
    return undone.flatMap(({ mined }) => mined)
  }

  /** Blocks that can be undone. */
  get depth(): number {
    return Math.max(0, this.#blocks.length - 1)
  }

  async view<T>(contract: 'ledger' | 'vault' | 'token' | 'court' | 'judge', name: string, args: readonly unknown[]): Promise<T> {
    const [data] = await this.evm.read([{ to: this.stage[contract], data: encode(contract, name, args) }])
    if (data === undefined) throw new Error(`${name} reverts`)
    return decode<T>(contract, name, data)
  }

  /** Seconds between two moments in which the contracts were paused. */
  async pausedBetween(from: number, to: number): Promise<number> {
    if (!this.#paused || to <= from) return 0
    return Number(await this.view<bigint>('ledger', 'pausedBetween', [BigInt(from), BigInt(to)]))
  }

  /** Members whose stake counted at the end of a past second, in slot order. */
  async snapshot(timepoint: number): Promise<{ members: SnapshotMember[]; totalStake: bigint }> {
    const known = this.#snapshots.get(timepoint) ?? this.#readSnapshot(timepoint)
    this.#snapshots.set(timepoint, known)
    return known
  }

  /** The claim that the open round builds on. */
  get base(): Hash {
    return this.history.claims().at(-1)?.claimHash ?? GENESIS.claimHash
  }

  async plan(): Promise<RoundPlan> {
    const { round, openedAt, operator, operatorKey, parent } = this.current
    return {
      task: TASK,
      round,
      openedAt,
      snapshot: openedAt - 1,
      windows: WINDOWS,
      base: parent,
      operator,
      operatorKey,
      operatorSlot: slotOf(operator),
      paused: await this.pausedBetween(openedAt, this.now),
      ...(await this.snapshot(openedAt - 1)),
      spec: SPEC,
      quorumBps: 6667,
    }
  }

  /** The seal of a round, in running time too. */
  async sealOf(round: bigint): Promise<SealFact | undefined> {
    const [sealed, from] = [this.history.sealed(round), this.history.openedAt(round)]
    if (!sealed || from === undefined) return undefined
    const { digest, count, sealedAt } = sealed
    const shallow = !this.isDeep(sealed.blockNumber)
    const running = sealedAt - (await this.pausedBetween(from, sealedAt))
    return { digest, count, sealedAt: running, ...(shallow && { shallow }) }
  }

  isDeep(block: bigint): boolean {
    return block + BigInt(SEAL_DEPTH) <= this.number
  }

  async factsOf(round: bigint, base: Hash): Promise<RecordFacts> {
    const { operator, operatorKey, openedAt } = this.history.seat(round)!
    const { digest, count } = this.history.sealed(round)!
    const timepoint = openedAt - 1
    const seal = { operator, operatorKey, slot: slotOf(operator), digest, count }
    const forced = this.history.forced(round)
    return {
      domain: this.domain,
      task: TASK,
      round,
      base,
      timepoint,
      ...(await this.snapshot(timepoint)),
      seal,
      forced,
      spec: SPEC,
    }
  }

  #decode({ logs }: Outcome): LedgerEvent[] {
    const events: LedgerEvent[] = []
    for (const log of logs) {
      const place = { blockNumber: BigInt(log.blockNumber), logIndex: Number(log.logIndex) }
      const event = toLedgerEvent({ ...log, ...place } as never, this.stage)
      if (event) events.push(event)
    }
    return events
  }

  #views(): View[] {
    const { ledger } = this.stage
    const views = [{ to: ledger, data: CURRENT }]
    return this.#paused ? [...views, { to: ledger, data: PAUSED_UNTIL }] : views
  }

  async #refresh(): Promise<void> {
    await this.#take(await this.evm.read(this.#views()))
  }

  async #take([current, until]: Answers): Promise<void> {
    this.current = decode<Current>('ledger', 'current', current!)
    const before = this.#paused
    this.#paused ||= this.history.events().some(({ type }) => type === 'paused')
    if (this.#paused && !before) return this.#refresh()
    this.isPaused = until !== undefined && BigInt(until) > BigInt(this.now)
  }

  async #readSnapshot(timepoint: number): Promise<{ members: SnapshotMember[]; totalStake: bigint }> {
    const { vault } = this.stage
    const at = BigInt(timepoint)
    const answers = await this.evm.read([
      { to: vault, data: encode('vault', 'totalStakeAt', [TASK, at]) },
      ...MEMBERS.map(({ owner }) => ({ to: vault, data: encode('vault', 'memberAt', [TASK, owner, at]) })),
    ])
    const members = MEMBERS.flatMap(({ owner }, slot): SnapshotMember[] => {
      const [operatorKey, stake] = decode<[Address, bigint]>('vault', 'memberAt', answers[slot + 1]!)
      return stake > 0n ? [{ member: lowerHex(owner), operatorKey: lowerHex(operatorKey), slot, stake }] : []
    })
    return { members, totalStake: decode<bigint>('vault', 'totalStakeAt', answers[0]!) }
  }
}
