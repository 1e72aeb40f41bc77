import type { TaskReader } from '../reading/task-reader.ts'
import type { QueryOf } from '../routes.ts'
import type { RoundsAnswer } from '../schemas.ts'
import { pageOf, roundsBefore } from './page.ts'
import { roundSummary } from './round-summary.ts'

/** `/rounds`. */
export async function roundsView(reader: TaskReader, { before, limit, include }: QueryOf<'rounds'>): Promise<RoundsAnswer> {
  const picture = await reader.picture()
  const { entries, more } = pageOf(roundsBefore(picture.rounds.values(), before), limit)
  return {
    rounds: await Promise.all(entries.map(async (entry) => roundSummary(reader, picture, entry, { rows: include === 'rows' }))),
    next: more ? entries.at(-1)!.round.toString() : null,
  }
}
