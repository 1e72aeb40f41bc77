import { signStatement } from '../../../../src/protocol/index.ts'
import type { RoundStatements } from '../../../../src/judge/index.ts'
import type { LocalAccount } from 'viem'
import type { Hex, Message, StatementBody, StatementKind } from '../../../../src/protocol/index.ts'
import { TEST_DOMAIN } from '../signed-round.ts'

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer V)[] ? V[] : T[K] }

/** Every statement that anybody ever signed, in any round and with any key: what the most curious watcher could have. */
export class StatementLog {
  readonly statements: Mutable<RoundStatements> = { commitments: [], reveals: [], attestations: [], receipts: [] }
  /** As they were sent, for whoever sends them again. */
  readonly messages: Message[] = []
  /** How many of each kind. */
  readonly counts = new Map<string, number>()

  async sign<K extends StatementKind>(kind: K, body: StatementBody<K>, account: LocalAccount): Promise<Hex> {
    const signature = await signStatement(TEST_DOMAIN, kind, body, account as Required<LocalAccount>)
    const { commitments, reveals, attestations, receipts } = this.statements
    // Of attestations a watcher needs only the bytes: the row says the rest.
    const said = { ...body, signature } as never
    const lists: Partial<Record<StatementKind, unknown[]>> = {
      Commitment: commitments,
      Reveal: reveals,
      Attestation: attestations,
      Receipt: receipts,
    }
    lists[kind]?.push(said)
    return signature
  }

  count(name: string): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1)
  }
}
