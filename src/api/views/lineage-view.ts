import { lowerHex, ZERO_HASH } from '../../protocol/index.ts'
import type { Hash } from '../../protocol/index.ts'
import type { TaskReader } from '../reading/task-reader.ts'
import type { QueryOf } from '../routes.ts'
import type { LineageAnswer } from '../schemas.ts'
import { pageOf, roundsBefore } from './page.ts'
import { taskOnChain } from './task-view.ts'

/** `/lineage`. */
export async function lineageView(reader: TaskReader, { before, limit }: QueryOf<'lineage'>): Promise<LineageAnswer> {
  const picture = await reader.picture()
  const final = await reader.newestFinal(picture)
  const { entries, more } = pageOf(roundsBefore(picture.claims, before), limit)
  const models = entries.map(({ round, operator, openedAt, posted }): LineageAnswer['models'][number] => ({
    round: round.toString(),
    claimHash: posted.claimHash,
    parent: lowerHex(posted.claim.parent),
    modelRoot: posted.claim.modelRoot,
    evidence: posted.claim.evidence,
    operator,
    transaction: posted.transaction,
    block: posted.block.toString(),
    openedAt,
    final: round <= final,
  }))
  // Genesis stands behind the first claim, or alone.
  const whole = !more && picture.earlierClaims === 0
  return {
    models: whole ? [...models, await genesisModel(reader)] : models,
    next: more ? entries.at(-1)!.round.toString() : null,
  }
}

async function genesisModel(reader: TaskReader): Promise<LineageAnswer['models'][number]> {
  const { genesis } = reader.node
  const { specHash } = await taskOnChain(reader)
  return {
    round: '0',
    claimHash: genesis.claimHash,
    parent: specHash satisfies Hash,
    modelRoot: genesis.claim.modelRoot,
    evidence: ZERO_HASH,
    operator: null,
    transaction: null,
    block: null,
    openedAt: null,
    final: true,
  }
}
