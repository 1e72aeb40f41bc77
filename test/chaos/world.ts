import type { History } from './chain/history.ts'
import type { ChaosConsortium, Party } from './consortium.ts'

/** What faults and checkers may use of a run. */
export interface World {
  consortium: ChaosConsortium
  history: History
  /** Gives [0, 1), from the seed of the run. */
  random: () => number
  /** Tells the story of the run. */
  note: (text: string) => void
  /** One thing at a time is done to a program: starts, stops and changes of its files wait for each other. */
  turn: <T>(program: string, work: () => Promise<T>) => Promise<T>
  /** Programs whose files were damaged or replaced on purpose. */
  tampered: Set<string>
  /** The newest round whose claim each program has replayed or posted. */
  newest: ReadonlyMap<string, bigint>
  signal: AbortSignal
}

export function partyOf({ consortium }: Pick<World, 'consortium'>, name: string): Party {
  const party = consortium.parties.get(name)
  if (!party) throw new Error(`no program is called ${name}`)
  return party
}

/** Everybody who follows the protocol. */
export function honest({ consortium }: Pick<World, 'consortium'>): Party[] {
  return [...consortium.parties.values()].filter((party) => party.honest)
}
