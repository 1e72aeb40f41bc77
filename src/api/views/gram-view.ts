import { QuorateError } from '../../core/index.ts'
import { isAdmitted, lowerHex, ReferenceId } from '../../protocol/index.ts'
import { claimOf } from '../reading/task-reader.ts'
import type { ClaimEntry, TaskReader } from '../reading/task-reader.ts'
import type { TaskPicture } from '../reading/task-book.ts'
import { JsonText } from '../server/json-text.ts'
import { isClaim } from './round-summary.ts'
import { entryOf } from './round-view.ts'

/** The claim of a round. @throws QuorateError API_NOT_KNOWN for a round without one that stands */
export function claimIn(picture: TaskPicture, round: string): ClaimEntry {
  const entry = entryOf(picture, round)
  if (isClaim(entry)) return entry
  throw new QuorateError('API_NOT_KNOWN', `round ${round} has no claim that stands`)
}

/** `/rounds/{round}/gram`. */
export async function gramView(reader: TaskReader, round: string): Promise<JsonText> {
  const entry = claimIn(await reader.picture(), round)
  const products = await reader.leaves.fragment(claimOf(entry), { kind: 'gram' })
  const outcome = await reader.outcome(entry)
  const members = (outcome?.rows ?? []).filter(({ verdict }) => isAdmitted(verdict)).map(({ member }) => lowerHex(member))
  const { reference } = reader.node.about.spec.rule
  return JsonText.of(
    {
      round: entry.round,
      claimHash: entry.posted.claimHash,
      members,
      reference: members.length > 0 && reference !== ReferenceId.none,
    },
    products,
  )
}
