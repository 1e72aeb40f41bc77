import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Poll } from '../core/index.ts'
import type { Logger, Service } from '../core/index.ts'
import { sameAddress, ZERO_HASH } from '../protocol/index.ts'
import type { Rounds } from './rounds/rounds.ts'
import type { Voice } from './voice.ts'

/** Where a member leaves its wish: one empty file for each round, named by its number. */
const folderIn = (dataFolder: string): string => join(dataFolder, 'void')

/** Asks the node of this state folder, which may run or start later, to say that a round shall end. */
export async function requestVoid(dataFolder: string, round: bigint): Promise<void> {
  await mkdir(folderIn(dataFolder), { recursive: true })
  await writeFile(join(folderIn(dataFolder), String(round)), '')
}

export interface VoidRequestsOptions {
  dataFolder: string
  task: bigint
  rounds: Pick<Rounds, 'state' | 'dispatch'>
  voice: Pick<Voice, 'owner' | 'sign' | 'publish'>
  logger: Logger
  /** How often the folder is read, ms. Default two seconds. */
  everyMs?: number
}

/**
 * Says for its member that a round shall end, on request (`requestVoid`). A file needs no operator, so a member can also
 * complain of one that answers nobody.
 */
export class VoidRequests implements Service {
  readonly name = 'void-requests'
  readonly #options: VoidRequestsOptions
  readonly #poll: Poll

  constructor(options: VoidRequestsOptions) {
    this.#options = options
    const { everyMs = 2000 } = options
    this.#poll = new Poll({ name: this.name, everyMs, look: async () => this.look() })
  }

  async start(): Promise<void> {
    await this.#poll.start()
  }

  async stop(): Promise<void> {
    await this.#poll.stop()
  }

  /** Reads the folder once. A request for a round that the node does not know yet stays. */
  async look(): Promise<void> {
    const { dataFolder, logger } = this.#options
    const folder = folderIn(dataFolder)
    for (const name of await readdir(folder).catch(() => [])) {
      if (!/^\d{1,20}$/.test(name)) continue
      try {
        if (await this.#say(BigInt(name))) await rm(join(folder, name))
      } catch (error) {
        logger.warn({ round: name, error: String(error) }, 'could not say that the round shall end; the node will retry')
      }
    }
  }

  async #say(round: bigint): Promise<boolean> {
    const { task, rounds, voice, logger } = this.#options
    const state = rounds.state(round)
    if (!state) return false
    // Nobody counts the wish of an account that is no member of the round, and peers would hold it against this node.
    if (!state.plan.members.some(({ member }) => sameAddress(member, voice.owner))) {
      logger.warn({ round }, 'this node does not say that the round shall end: it is no member of the round, or was not drawn')
      return true
    }
    const claimHash = state.posted?.claimHash ?? ZERO_HASH
    const signature = await voice.sign('Void', { task, round, claim: claimHash })
    rounds.dispatch(round, { type: 'void', member: voice.owner, claimHash, signature })
    await voice.publish({ kind: 'void', task, round, member: voice.owner, claimHash, signature })
    logger.info({ round, claimHash }, 'said that the round shall end')
    return true
  }
}
