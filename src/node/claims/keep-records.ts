import type { Logger } from '../../core/index.ts'
import { encodeManifest, recordUsing } from '../../protocol/index.ts'
import type { ClaimMessage, RoundState } from '../../protocol/index.ts'
import { manifestOfRecord, RECORD_FILE, roundDocuments } from '../../replay/index.ts'
import type { BlobStore } from '../../storage/index.ts'
import type { TaskPort } from '../ports.ts'
import type { Openings } from '../stores/openings.ts'

/** Rounds for which notices wait: a later notice of an older round comes too late for its posting. */
const KEEP_ROUNDS = 4n

export interface RecordKeeperOptions {
  task: TaskPort
  documents: Pick<BlobStore, 'add'>
  openings: Pick<Openings, 'notices'>
  logger: Logger
}

/**
 * Makes the record and the manifest of each claim that an operator announces, from the statements that this node holds. The operator announces
 * before it posts. So a claim can be replayed, and defended before the court, although its operator is lost in the moment after the posting.
 *
 * @example
 * const keeper = new RecordKeeper({ task, documents, openings, logger })
 * rounds.onChange((state) => keeper.look(state))
 * keeper.heard(notice, rounds.state(notice.round))
 */
export class RecordKeeper {
  readonly #options: RecordKeeperOptions
  /** Notices whose record is not made yet, by round. */
  readonly #waiting = new Map<bigint, ClaimMessage[]>()
  #newest = 0n
  #storing: Promise<void> = Promise.resolve()

  constructor(options: RecordKeeperOptions) {
    this.#options = options
  }

  /** A notice that its operator signed. */
  heard(notice: ClaimMessage, state: RoundState | undefined): void {
    const known = this.#waiting.get(notice.round) ?? []
    if (known.some(({ recordHash }) => recordHash === notice.recordHash)) return
    this.#waiting.set(notice.round, [...known, notice])
    if (state) this.look(state)
  }

  /** Call it for every new state: another statement may be the last that a record lacked. */
  look(state: RoundState): void {
    const { round } = state.plan
    // What was heard before a restart is in the journal.
    if (round > this.#newest) {
      this.#newest = round
      for (const notice of this.#options.openings.notices(round)) this.heard(notice, undefined)
      for (const old of this.#waiting.keys()) if (old + KEEP_ROUNDS < round) this.#waiting.delete(old)
    }
    const waiting = this.#waiting.get(round)
    if (!waiting || !state.seal) return
    const left = waiting.filter((notice) => !this.#make(state, notice))
    if (left.length > 0) this.#waiting.set(round, left)
    else this.#waiting.delete(round)
  }

  /** Resolves when everything that was made is stored. */
  async settled(): Promise<void> {
    await this.#storing
  }

  #make(state: RoundState, notice: ClaimMessage): boolean {
    const { task, documents, logger } = this.#options
    const record = recordUsing(task.domain, state, notice)
    if (!record) return false
    const { round } = notice
    const files = [
      roundDocuments(task.spec, task.document, record).get(RECORD_FILE)!,
      new TextEncoder().encode(encodeManifest(manifestOfRecord(task.spec, task.document, record))),
    ]
    this.#storing = this.#storing.then(async () => {
      try {
        for (const bytes of files) await documents.add(bytes)
        logger.debug({ round, recordHash: notice.recordHash }, 'made the record of an announced claim')
      } catch (error) {
        // The claim's replay asks peers for it.
        logger.warn({ round, error: String(error) }, 'the record of an announced claim could not be stored')
      }
    })
    return true
  }
}
