/** Bounds of a program that trains. Milliseconds and bytes, as the names say. */
export interface TrainerLimits {
  /** From its start until it asks for work: libraries and data are loaded meanwhile. */
  startMs: number
  /** From the end of the time until it is killed. */
  graceMs: number
  /** Longest time without a byte within a result. */
  stallMs: number
  /** From SIGTERM to SIGKILL. */
  killMs: number
  /** An evaluation takes at most this long. */
  evaluateMs: number
  /** Pause before the start after a failure; doubled with each failure that follows, up to `maxPauseMs`. */
  pauseMs: number
  maxPauseMs: number
  /** Most memory of the program and all that it starts; any if undefined. */
  memoryBytes: number | undefined
}

export const TRAINER_LIMITS: TrainerLimits = {
  startMs: 300_000,
  graceMs: 15_000,
  stallMs: 60_000,
  killMs: 5_000,
  evaluateMs: 600_000,
  pauseMs: 1_000,
  maxPauseMs: 300_000,
  memoryBytes: undefined,
}
