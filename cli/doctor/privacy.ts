import { readLedger } from '../../participant/privacy/read-ledger.ts'
import type { Task } from '../../src/chain/index.ts'
import type { MemberConfig } from '../../src/config/index.ts'
import { parseDocument } from '../../src/protocol/index.ts'
import type { PrivacyEvent } from '../../src/privacy/index.ts'
import { plannedSteps } from '../../src/training/private/settings.ts'
import type { LocalSettings } from '../../src/training/tasks/task-document.ts'
import { endsEarly, forecastOf, forecastText, KEEP_BUDGET } from '../privacy/forecast.ts'
import { fault, faultOf, note, ok } from './finding.ts'
import type { DoctorFinding } from './finding.ts'
import type { FoundTask } from './task.ts'

/**
 * Whether a member's privacy budget lasts as long as its task is paid for; nothing for a member without [privacy].
 *
 * @param samples records to train on, where they could be counted
 */
export function checkPrivacy(
  { privacy, state, training }: Pick<MemberConfig, 'privacy' | 'state' | 'training'>,
  { found, onChain, samples }: { found: FoundTask; onChain: Pick<Task, 'funded'> | undefined; samples: number | undefined },
): DoctorFinding[] {
  const name = 'privacy'
  if (!privacy) return []
  const { delta } = privacy
  if (samples !== undefined && delta * samples >= 1)
    return [
      fault(
        name,
        `δ = ${delta} is not below one over ${samples} records`,
        `write a number well below ${1 / samples} as delta under [privacy]`,
      ),
    ]
  try {
    const ledger = readLedger(state.folder, privacy.ledger)
    const planned = samples === undefined || training.trainer ? ledger.planned?.[0] : plannedFor(found, privacy, samples)
    if (!planned || !onChain) return [note(name, 'what a round costs is not known before the first training')]
    const { rewardPerRound } = found.spec
    const rounds = rewardPerRound > 0n ? Number(onChain.funded / rewardPerRound) : 0
    const forecast = forecastOf(privacy, ledger, { planned, rounds })
    const text = `${forecastText(forecast)}. All money of the task pays for ${rounds} rounds, those that are over included`
    return [endsEarly(forecast) ? note(name, `the budget may end before the task: ${text}`, KEEP_BUDGET) : ok(name, text)]
  } catch (error) {
    return [faultOf(name, error, 'see docs/privacy.md')]
  }
}

function plannedFor(
  { document }: FoundTask,
  privacy: NonNullable<MemberConfig['privacy']>,
  samples: number,
): PrivacyEvent | undefined {
  const { local } = parseDocument(document).training as { local?: LocalSettings }
  return local && plannedSteps(privacy, local, samples)
}
