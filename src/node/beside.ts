import { join } from 'node:path'
import type { Logger } from '../core/index.ts'
import type { Message } from '../protocol/index.ts'
import { EVALUATION_FILES, Evaluations } from './evaluations/index.ts'
import type { EvaluationsOptions } from './evaluations/index.ts'
import { SPENDING_FILES, Spendings } from './spending/index.ts'
import type { SpendingsOptions } from './spending/index.ts'
import { RoundFiles } from './stores/round-files.ts'

export type BesideOptions = Omit<EvaluationsOptions, 'files'> &
  Omit<SpendingsOptions, 'files'> & {
    /** State folder of the node. */
    dataFolder: string
    logger: Pick<Logger, 'warn'>
  }

/** What members state beside the protocol: no claim depends on it. */
export interface Beside {
  evaluations: Evaluations
  spendings: Spendings
  /** All of it of a round, for a peer that missed it. */
  messages(round: bigint): Message[]
  /** Resolves when the files say what was put. */
  settled(): Promise<void>
}

/** Makes the parts of a node that keep what members state beside the protocol. */
export function openBeside({ dataFolder, logger, ...options }: BesideOptions): Beside {
  const evaluationFiles = new RoundFiles(join(dataFolder, 'evaluations'), EVALUATION_FILES, logger)
  const spendingFiles = new RoundFiles(join(dataFolder, 'spendings'), SPENDING_FILES, logger)
  const evaluations = new Evaluations({ ...options, files: evaluationFiles })
  const spendings = new Spendings({ ...options, files: spendingFiles })
  return {
    evaluations,
    spendings,
    messages: (round) => [...evaluations.messages(round), ...spendings.messages(round)],
    async settled() {
      await evaluationFiles.settled()
      await spendingFiles.settled()
    },
  }
}
