import { isSignedBy, lowerHex, sameAddress, STATEMENTS } from '../../src/protocol/index.ts'
import type { Address, Hash, SigningDomain, SpendingMessage } from '../../src/protocol/index.ts'
import { SPENDING_FILES } from '../../src/node/spending/spending-file.ts'
import { loadRoundFile } from '../../src/node/stores/round-files.ts'

export interface StatedNeeds {
  domain: SigningDomain
  task: bigint
  round: bigint
  /** Keys that count for the round. */
  members: readonly { member: Address; operatorKey: Address }[]
  /** Commitment of each row of the round, where the record is at hand: a statement about another one does not count. */
  rows?: readonly { member: Address; commitment: Hash }[]
  /** Folder `spendings` of a node. */
  folder: string
}

/** What members stated for a round, as a node kept it. Only statements count that a member of the round signed, the first of each. @throws QuorateError STORAGE_FAILED */
export async function readStated({ domain, task, round, members, rows, folder }: StatedNeeds): Promise<SpendingMessage[]> {
  const stated: SpendingMessage[] = []
  for (const message of await loadRoundFile(folder, SPENDING_FILES, round)) {
    const of = ({ member }: { member: Address }): boolean => sameAddress(member, message.member)
    const member = members.find(of)
    if (!member || message.task !== task || stated.some(of)) continue
    if (rows && rows.find(of)?.commitment !== message.commitment) continue
    if (!(await isSignedBy(domain, STATEMENTS.spending, message, member.operatorKey))) continue
    stated.push({ ...message, member: lowerHex(message.member) })
  }
  return stated
}
