import type { PostedEvent } from '../../src/chain/index.ts'
import { roundsWithFile } from '../../src/node/stores/round-files.ts'
import type { SigningDomain, SpendingMessage } from '../../src/protocol/index.ts'
import { readStated } from '../spending/read-stated.ts'
import { readRoundMembers } from './round-members.ts'
import type { RoundMembersNeeds } from './round-members.ts'

export interface SpendingsNeeds extends RoundMembersNeeds {
  domain: SigningDomain
  /** Claims that stand. */
  claims: readonly PostedEvent[]
  /** Folder `spendings` of a node. */
  folder: string
  /** The newest rounds with statements that are read. */
  latest: number
}

/** What members stated of the newest rounds with a claim, oldest round first. */
export async function readSpendings({ claims, folder, latest, ...needs }: SpendingsNeeds): Promise<SpendingMessage[]> {
  const kept = new Set(await roundsWithFile(folder))
  const rounds = claims.flatMap(({ round }) => (kept.has(round) ? [round] : [])).sort((a, b) => (a < b ? -1 : 1))
  const stated: SpendingMessage[] = []
  for (const round of rounds.slice(-latest)) {
    const { members } = await readRoundMembers(needs, round)
    stated.push(...(await readStated({ ...needs, round, members, folder })))
  }
  return stated
}
