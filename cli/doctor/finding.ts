import { isQuorateError } from '../../src/core/index.ts'

/** `ok`: as it should be. `note`: works, and could be better. `fault`: something will fail. */
export type FindingState = 'ok' | 'note' | 'fault'

/** One thing that the doctor looked at. */
export interface DoctorFinding {
  name: string
  state: FindingState
  found: string
  /** What to do about it: a command where there is one. */
  advice?: string
}

export const ok = (name: string, found: string): DoctorFinding => ({ name, state: 'ok', found })
export const note = (name: string, found: string, advice?: string): DoctorFinding => ({
  name,
  state: 'note',
  found,
  ...(advice !== undefined && { advice }),
})
export const fault = (name: string, found: string, advice: string): DoctorFinding => ({ name, state: 'fault', found, advice })

/** The fault that an error tells of, with the advice of its code. */
export function faultOf(name: string, error: unknown, otherwise: string): DoctorFinding {
  return isQuorateError(error)
    ? fault(name, error.message, error.advice)
    : fault(name, error instanceof Error ? error.message : String(error), otherwise)
}
