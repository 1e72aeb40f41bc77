import { checkRecord, sameAddress } from '../../src/protocol/index.ts'
import type { Address, RoundRecord, RoundState } from '../../src/protocol/index.ts'
import type { HonestNode } from './actors/honest-node.ts'
import type { ChainView } from './chain/chain-view.ts'

/** What is true of a round, from what honest members hold and the chain says. */
export class Truth {
  readonly #chain: ChainView
  readonly #nodes: readonly HonestNode[]

  constructor(chain: ChainView, nodes: readonly HonestNode[]) {
    this.#chain = chain
    this.#nodes = nodes
  }

  /** Why no claim over this record is true; undefined for a record that an honest operator could have. */
  async faultOf(record: RoundRecord, { plan }: Pick<RoundState, 'plan'>): Promise<string | undefined> {
    for (const { person, rounds } of this.#nodes) {
      const receipts = rounds.state(plan.round)?.receipts
      if (!receipts?.has(person.owner) || record.rows.some(({ member }) => sameAddress(member, person.owner))) continue
      return `seal: ${person.name} has a receipt and no row`
    }
    const [fault] = await checkRecord(record, await this.#chain.factsOf(plan.round, plan.base))
    return fault === undefined ? undefined : `record: ${fault}`
  }

  /** Honest members whose row every honest member that attests in the record holds. */
  heldRows(record: RoundRecord): Address[] {
    const isHonest = (member: Address): boolean => this.#nodes.some(({ person }) => person.owner === member)
    const attested = record.attestations.filter(({ member }) => isHonest(member))
    return record.rows.flatMap(({ member, reveal }, i) => {
      const held = attested.length > 0 && attested.every((one) => ((one.held >> BigInt(i)) & 1n) === 1n)
      return isHonest(member) && reveal && held ? [member] : []
    })
  }
}
