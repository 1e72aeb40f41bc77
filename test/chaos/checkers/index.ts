import { audit } from './audit.ts'
import type { Checker } from './checker.ts'
import { claims } from './claims.ts'
import { logs } from './logs.ts'
import { models } from './models.ts'
import { resources } from './resources.ts'
import type { Sample } from './resources.ts'
import { rounds } from './rounds.ts'
import { stakes } from './stakes.ts'
import { statements } from './statements.ts'

export type { Checker, Violation } from './checker.ts'
export type { Sample } from './resources.ts'
export { falseClaims } from './claims.ts'

/** Everything that must hold, whatever fails. */
export function allCheckers({ samples, onAudited }: { samples: Sample[]; onAudited: (rounds: number) => void }): Checker[] {
  return [stakes(), claims(), rounds(), models(), statements(), logs(), resources(samples), audit(onAudited)]
}
