import { join } from 'node:path'
import { loadRoundFile, roundsWithFile, SPENDING_FILES } from '../../node/index.ts'
import { lowerHex, spendingNumbers } from '../../protocol/index.ts'
import type { SpendingMessage } from '../../protocol/index.ts'
import type { ApiNode } from '../reading/api-node.ts'
import type { NodeFacts } from '../reading/node-facts.ts'
import type { TaskReader } from '../reading/task-reader.ts'
import type { QueryOf } from '../routes.ts'
import type { SpendingsAnswer } from '../schemas.ts'
import { pageOf, roundsBefore } from './page.ts'

/** `/spendings`. Signatures were checked when the statements came. */
export async function spendingsView(
  reader: Pick<TaskReader, 'node' | 'picture'>,
  { privacy }: Pick<NodeFacts, 'privacy'>,
  { before, limit }: QueryOf<'spendings'>,
): Promise<SpendingsAnswer> {
  const { node } = reader
  const { claims } = await reader.picture()
  const folder = join(node.about.dataFolder, 'spendings')
  const kept = new Set(await roundsWithFile(folder))
  const stated = claims.filter(({ round }) => kept.has(round) || node.spendings.messages(round).length > 0)
  const { entries, more } = pageOf(roundsBefore(stated, before), limit)
  return {
    own: privacy ? { ...privacy, roundsLeft: privacy.roundsLeft ?? null } : null,
    rounds: await Promise.all(
      entries.map(async ({ round }) => ({
        round: round.toString(),
        entries: (await statementsOf(node, folder, round)).map((one) => ({
          member: lowerHex(one.member),
          commitment: one.commitment,
          ...spendingNumbers(one),
        })),
      })),
    ),
    next: more ? entries.at(-1)!.round.toString() : null,
  }
}

/** From the memory of the node while it keeps the round, else from its file; a damaged file has none. */
async function statementsOf(
  node: Pick<ApiNode, 'spendings'>,
  folder: string,
  round: bigint,
): Promise<readonly SpendingMessage[]> {
  const live = node.spendings.messages(round)
  return live.length > 0 ? live : loadRoundFile(folder, SPENDING_FILES, round).catch(() => [])
}
