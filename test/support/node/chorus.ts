import type { LocalAccount } from 'viem'
import { commitmentOf, lowerHex, signStatement, toHex, updateRoot } from '../../../src/protocol/index.ts'
import type { Message, RoundState } from '../../../src/protocol/index.ts'
import { hashOf } from '../../unit/aggregation/fixtures.ts'
import type { OperatorOnChain } from './operator-on-chain.ts'
import { smallUpdate } from './small-task.ts'

/** How far the members follow a round: what they say last. */
export type Verse = 'nothing' | 'commitment' | 'reveal' | 'attestation'

const VERSES: readonly Verse[] = ['nothing', 'commitment', 'reveal', 'attestation']

export interface Singer {
  owner: string
  account: LocalAccount
}

/**
 * The members of a task, all honest: they say to the operator what its round waits for, whenever it waits for it. A member says the same
 * thing about a round each time it is asked.
 */
export class Chorus {
  readonly #operator: Pick<OperatorOnChain, 'domain' | 'rounds' | 'hold' | 'hear'>
  readonly #task: bigint
  readonly #singers: readonly Singer[]
  /** What they say last, in each round that is not named below. */
  upTo: Verse = 'attestation'
  /** The last round that they say anything in; every round if left out. */
  last: bigint | undefined
  /** The update of the member with that place, in a round. */
  updateOf = (round: bigint, index: number): Int8Array => smallUpdate(Number(round) * 10 + index)

  constructor(operator: Pick<OperatorOnChain, 'domain' | 'rounds' | 'hold' | 'hear'>, task: bigint, singers: readonly Singer[]) {
    this.#operator = operator
    this.#task = task
    this.#singers = singers
  }

  /** Says once what is missing in every round. */
  async sing(): Promise<void> {
    for (const state of this.#operator.rounds.states()) {
      if (state.posted || state.plan.round > (this.last ?? state.plan.round)) continue
      for (const [index, singer] of this.#singers.entries())
        for (const message of await this.#lines(state, singer, index)) await this.#operator.hear(message)
    }
  }

  async #lines(state: RoundState, { owner, account }: Singer, index: number): Promise<Message[]> {
    const { round, members } = state.plan
    const member = lowerHex(owner as `0x${string}`)
    const may = (verse: Verse): boolean => VERSES.indexOf(verse) <= VERSES.indexOf(this.upTo)
    if (!members.some((one) => lowerHex(one.member) === member)) return []
    const update = this.updateOf(round, index)
    const [root, salt] = [toHex(updateRoot(update)), hashOf(Number(round))]
    const base = { task: this.#task, round, member }
    const sign = async (type: 'Commitment' | 'Reveal' | 'Attestation', body: object) =>
      signStatement(this.#operator.domain, type, { ...base, ...body }, account)
    const messages: Message[] = []
    if (may('commitment') && !state.sealed && !state.list && !state.commitments.has(member)) {
      const commitment = commitmentOf(this.#task, round, member, root, salt)
      messages.push({ kind: 'commitment', ...base, commitment, signature: await sign('Commitment', { commitment }) })
    }
    if (!state.seal?.rows.some((row) => row.member === member)) return messages
    if (may('reveal') && !state.reveals.has(member)) {
      await this.#operator.hold(root, update, round)
      messages.push({
        kind: 'reveal',
        ...base,
        updateRoot: root,
        salt,
        signature: await sign('Reveal', { updateRoot: root, salt }),
      })
    }
    if (may('attestation') && !state.attestations.has(member)) {
      const { rows, commitments } = state.seal
      const held = (1n << BigInt(rows.length)) - 1n
      messages.push({
        kind: 'attestation',
        ...base,
        commitments,
        held,
        signature: await sign('Attestation', { commitments, held }),
      })
    }
    return messages
  }
}
