/** What happened in all games together. */
export interface Stats {
  /** Commands; the rules were checked after each. */
  steps: number
  games: number
  blocks: number
  transactions: number
  /** Numbers that opened. */
  rounds: number
  posted: number
  final: number
  failed: number
  voided: number
  rejected: number
  /** Of the rejected: by the court, because a part was not opened in time. */
  withheld: number
  liesPosted: number
  liesProved: number
  /** False claims that became final. */
  unprovedLies: number
  /** Claims of honest operators that were rejected. */
  honestRefused: number
  /** Takings from honest accounts. */
  honestSlashed: number
  garbageFined: number
  /** Proofs against true claims that were sent. */
  attempts: number
  /** Requests to the court about claims whose operator withholds nothing. */
  requests: number
  reorgs: number
  pauses: number
  rotations: number
  /** Rounds of honest holders that ended without a claim, by why. */
  lost: Map<string, number>
  /** Lies by name: posted. */
  lies: Map<string, number>
  proofs: Map<string, number>
}

export function newStats(): Stats {
  const none = {
    steps: 0,
    games: 0,
    blocks: 0,
    transactions: 0,
    rounds: 0,
    posted: 0,
    final: 0,
    failed: 0,
    voided: 0,
    rejected: 0,
  }
  const rules = {
    withheld: 0,
    liesPosted: 0,
    liesProved: 0,
    unprovedLies: 0,
    honestRefused: 0,
    honestSlashed: 0,
    garbageFined: 0,
  }
  return {
    ...none,
    ...rules,
    attempts: 0,
    requests: 0,
    reorgs: 0,
    pauses: 0,
    rotations: 0,
    lost: new Map(),
    lies: new Map(),
    proofs: new Map(),
  }
}

export function count(map: Map<string, number>, name: string): void {
  map.set(name, (map.get(name) ?? 0) + 1)
}
