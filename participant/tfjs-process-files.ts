import type { MemberTraining } from './member-data.ts'

/** What the node tells the process of a learner. */
export interface LearnerSettings {
  training: Omit<MemberTraining, 'createTrainer'>
  /** JSON text of the specification. */
  specification: string
  /** JSON text of the task document. */
  document: string
  seed: number | string
}

/** Names in the folder that the two share. */
export const SETTINGS_FILE = 'settings.json'
/** What the process found, when it is ready. */
export const READY_FILE = 'ready.json'
/** Why the process cannot train: code, message and details of an error. */
export const ERROR_FILE = 'error.json'
/** The whole of the last evaluation: its matrix of confusion is no number, and travels in no job. */
export const EVALUATION_FILE = 'evaluation.json'
