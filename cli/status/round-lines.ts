import type { RoundStatus } from './read-rounds.ts'

/** The latest rounds as a table, each with the members whose update did not count. */
export function roundLines(rounds: readonly RoundStatus[]): string[] {
  if (rounds.length === 0) return ['Latest rounds: no round has ended yet']
  const unknown = rounds.some((round) => round.status !== 'void' && round.uncounted === null && round.sealed > 0)
  return [
    'Latest rounds',
    'round  state   members  sealed  updates that did not count',
    ...rounds.flatMap(linesOf),
    ...(unknown
      ? ['?: the chain holds only roots; pass --evidence FOLDER with the evidence folder of any node for the reason']
      : []),
  ]
}

function linesOf(round: RoundStatus): string[] {
  const number = String(round.round).padStart(5)
  if (round.status === 'void') return [`${number}  void                     the round ended without a claim; the model stays`]
  const { status, members, sealed, counted, uncounted } = round
  const start = `${number}  ${status.padEnd(6)}  ${String(members).padStart(7)}  ${String(sealed).padStart(6)}  `
  const reasons = uncounted?.map(({ member, reason }) => `${member} ${reason}`) ?? [notOpened(members, sealed)]
  const loud = counted ? [] : ['NO UPDATE COUNTED, no member was paid']
  const [first = 'none', ...rest] = [...loud, ...reasons]
  return [`${start}${first}`, ...rest.map((line) => `${' '.repeat(start.length)}${line}`)]
}

/** What the chain alone tells. */
function notOpened(members: number, sealed: number): string {
  if (sealed === 0) return 'no member committed in time'
  return sealed < members ? `${members - sealed} without a commitment in time, others ?` : '?'
}
