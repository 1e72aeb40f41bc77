import type { ShortestTimes, TaskTerms } from '../../src/chain/index.ts'
import { QuorateError } from '../../src/core/index.ts'

/** Windows of the court that fit into a challenge window (`TaskRules`). */
const COURT_WINDOWS = 8
const SHORT = ['reveal', 'attest', 'post'] as const

export type WindowName = keyof TaskTerms['windows']

export interface RequireWindowsOptions {
  /** Whether the task draws its members. */
  drawn: boolean
  /** What the contracts allow. */
  shortest: ShortestTimes
  /** How the user wrote a window: `--commit`, or `windows.commit`. */
  placeOf: (name: WindowName) => string
  /** What else can be done, after "set at least 96 s". */
  otherwise?: string
}

/**
 * Refuses windows that the contracts refuse when a task is created (`TaskRules`).
 *
 * @throws QuorateError FLAG_INVALID naming the window and its least length
 */
export function requireWindows(
  windows: TaskTerms['windows'],
  { drawn, shortest, placeOf, otherwise = '' }: RequireWindowsOptions,
): void {
  const refuse = (name: WindowName, problem: string, least: number): never => {
    const option = placeOf(name)
    throw new QuorateError('FLAG_INVALID', `${option}: ${problem}: set at least ${least} s${otherwise}`, {
      details: { option, least },
    })
  }
  const { commit, challenge } = windows
  if (commit < shortest.commit) refuse('commit', 'members need eight blocks to commit', shortest.commit)
  for (const name of SHORT)
    if (windows[name] < shortest.window) refuse(name, 'a window leaves a minute and five blocks', shortest.window)
  const seeded = shortest.commit + shortest.window
  if (drawn && commit < seeded) refuse('commit', 'a committee is known five blocks after a round opened', seeded)
  const answers = COURT_WINDOWS * shortest.court
  if (challenge < answers) refuse('challenge', `${challenge} s leave no time to answer the court`, answers)
  if (challenge < shortest.challenge) refuse('challenge', `${challenge} s leave no time to find a lie`, shortest.challenge)
}
