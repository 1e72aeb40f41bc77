import { decodeFunctionData, parseEventLogs } from 'viem'
import { dataCourtAbi } from '../../../src/chain/abi/index.ts'
import { NO_STAKES } from '../../../src/chain/index.ts'
import { buildAnswer, OpenedClaim, openRows, searchClaim } from '../../../src/judge/index.ts'
import type { ClaimParts, CourtQuestion, CourtRecord, JudgeProof } from '../../../src/judge/index.ts'
import { specArgument } from '../../../src/judge/proofs/openings.ts'
import { lowerHex, sourceBytes, sourceFromBytes, ZERO_HASH } from '../../../src/protocol/index.ts'
import type { Address, CourtTarget, Hash, Hex, RoundRecord } from '../../../src/protocol/index.ts'
import { everyRequest } from '../../support/judge/every-request.ts'
import { encode } from '../chain/abi.ts'
import type { Call, RawLog } from '../chain/evm.ts'
import { SPEC, TASK } from '../task.ts'
import type { World } from '../world.ts'
import type { Withheld } from './claims.ts'

export interface CourtCase extends CourtRecord {
  id: Hash
  deadline: number
  requester: Address
  open: boolean
}

/** Seconds after which an answer, a request or an expiry that is not seen on chain is sent again. */
const PATIENCE = 24

/** What honest nodes do in the court: ask for what an operator withholds, answer for what they know, and end what was not answered. */
export class Court {
  readonly #world: World
  readonly #sent = new Map<string, number>()

  constructor(world: World) {
    this.#world = world
  }

  /** All requests about a claim, with their answers. */
  casesOf(claimHash: Hash): CourtCase[] {
    return this.cases().filter(({ target }) => target.claimHash === lowerHex(claimHash))
  }

  cases(): CourtCase[] {
    const { courtLogs, number } = this.#world.chain
    const at = `${courtLogs.length} ${number}`
    if (this.#read?.at !== at) this.#read = { at, cases: this.#parse() }
    return this.#read.cases
  }

  #read: { at: string; cases: CourtCase[] } | undefined

  #parse(): CourtCase[] {
    const cases = new Map<Hash, CourtCase>()
    for (const log of this.#world.chain.courtLogs) {
      const event = eventOf(log)
      if (event.eventName === 'Requested') {
        const { id, deadline, requester, target } = event.args
        cases.set(id, { id, deadline, requester, target: target as CourtTarget, open: true })
      } else if (event.eventName !== 'Collected') {
        const found = cases.get(event.args.id)
        if (found) found.open = false
        if (found && event.eventName === 'Answered') found.answer = event.answer
      }
    }
    return [...cases.values()]
  }

  /** Not twice within a few blocks: a transaction may fail, or be undone. */
  #due(what: string): boolean {
    const { chain } = this.#world
    if (chain.now < (this.#sent.get(what) ?? 0) + PATIENCE) return false
    this.#sent.set(what, chain.now)
    return true
  }

  /** Answers to all open requests about claims that honest nodes computed or replayed, in one transaction. */
  answers(from: Address): Call[] {
    const { chain, claims } = this.#world
    if (chain.isPaused || chain.courtLogs.length === 0) return []
    const calls = chain.history.claims().flatMap(({ claimHash }): Hex[] => {
      const known = claims.knownToHonest(claimHash)
      return known ? this.answersTo(claimHash, known.parts, known.record) : []
    })
    return calls.length === 0 ? [] : [this.#batch(from, calls)]
  }

  answersTo(claimHash: Hash, parts: ClaimParts, record: RoundRecord): Hex[] {
    const open = this.casesOf(claimHash).filter((one) => one.open && this.#due(`answer ${one.id}`))
    return open.flatMap(({ target }) => {
      const answer = tryToAnswer(parts, target, record)
      return answer ? [encode('court', answer.functionName, answer.args)] : []
    })
  }

  #batch(from: Address, calls: readonly Hex[]): Call {
    return { from, to: this.#world.chain.stage.court, data: encode('court', 'batch', [calls]) }
  }

  batch(from: Address, calls: readonly Hex[]): Call[] {
    return calls.length === 0 ? [] : [this.#batch(from, calls)]
  }

  /** The next steps of a dispute about withheld data, as `CourtDispute`. */
  async step(
    { claimHash, claim, round }: { claimHash: Hash; claim: object; round: bigint },
    finding: Withheld,
    from: Address,
  ): Promise<{ calls: Call[]; proof?: JudgeProof }> {
    const { chain } = this.#world
    const asked = this.casesOf(claimHash)
    const late = asked.find((one) => one.open && chain.now >= one.deadline)
    if (late) return { calls: this.#due(`expire ${late.id}`) ? [this.#call(from, 'expire', [late.target])] : [] }
    const opened = new OpenedClaim(asked)
    const input = { claim: claim as never, opened, rowProof: finding.rowProof }
    let result = await (finding.replayed ? searchClaim : openRows)({ ...input, honest: finding.own })
    if (result.kind === 'rows') {
      const over = await finding.replayOver(result.rows)
      if (over) result = await searchClaim({ ...input, honest: over })
    }
    if (result.kind === 'proof') return { calls: [], proof: result.proof }
    if (result.kind !== 'ask') return { calls: [] }
    const dispute = { task: TASK, round, claim }
    const calls = result.questions
      .map((question) => requestOf(dispute, question))
      .filter(({ name, args }) => this.#due(`ask ${claimHash} ${name} ${textOf(args.slice(1))}`))
      .map(({ name, args }) => this.#call(from, name, args))
    return { calls }
  }

  #call(from: Address, name: string, args: readonly unknown[]): Call {
    return { from, to: this.#world.chain.stage.court, data: encode('court', name, args) }
  }

  /** Requests about a claim that needs none: everything that an account may ask. */
  flood(parts: ClaimParts, from: Address, pick: (below: number) => number): Call[] {
    const asked = everyRequest(parts, pick)
    return asked.map(({ request }) => this.#call(from, request.functionName, request.args))
  }
}

function tryToAnswer(
  parts: ClaimParts,
  target: CourtTarget,
  record: RoundRecord,
): { functionName: string; args: readonly unknown[] } | undefined {
  try {
    return buildAnswer(parts, target, (member) => {
      const row = record.rows.find((one) => one.member === member)
      const attested = record.attestations.find((one) => one.member === member)
      return (
        row && { source: sourceFromBytes(sourceBytes(row.source)), attestation: attested?.signature ?? '0x', salt: ZERO_HASH }
      )
    })
  } catch {
    return undefined
  }
}

/** Decoded once: the same logs are looked at in every block. */
const decoded = new WeakMap<RawLog, CourtEvent>()

type CourtEvent = ReturnType<typeof parse> & { answer?: NonNullable<CourtRecord['answer']> }

function parse(log: RawLog) {
  return parseEventLogs({ abi: dataCourtAbi, logs: [log as never] })[0]!
}

function eventOf(log: RawLog): CourtEvent {
  const known = decoded.get(log)
  if (known) return known
  const event = parse(log)
  const made = event.eventName === 'Answered' ? { ...event, answer: decodeAnswer(event.args.call) } : event
  decoded.set(log, made)
  return made
}

function decodeAnswer(call: Hex): NonNullable<CourtRecord['answer']> {
  const { functionName, args } = decodeFunctionData({ abi: dataCourtAbi, data: call })
  return { functionName: functionName as never, args }
}

function requestOf(dispute: object, question: CourtQuestion): { name: string; args: unknown[] } {
  const spec = specArgument(SPEC)
  const index = 'index' in question ? BigInt(question.index) : 0n
  switch (question.kind) {
    case 'stakes':
      return { name: 'requestStakes', args: [dispute] }
    case 'rows':
      return { name: 'requestRows', args: [dispute, index] }
    case 'sums':
      return { name: 'requestSums', args: [dispute, spec, question.pair, question.level, index] }
    case 'ownSums':
      return { name: 'requestOwnSums', args: [dispute, spec, question.member, question.level, index] }
    case 'leaf':
      return { name: 'requestLeaf', args: [dispute, spec, question.tree, index, question.stakes ?? NO_STAKES] }
    case 'node':
      return { name: 'requestNode', args: [dispute, spec, question.tree, question.level, index, question.stakes ?? NO_STAKES] }
  }
}

function textOf(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? part.toString() : part))
}
