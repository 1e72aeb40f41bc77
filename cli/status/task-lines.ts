import type { Task } from '../../src/chain/index.ts'

/** Who founded a task, who judges it, and whether a round may still open. */
export interface TaskFacts {
  founder: string
  judge: string
  judgeRetired: boolean
  stopped: boolean
  /** Members that are expected to be drawn for a round; 0 where all take part. */
  committee: number
  /** The task and round whose model this task started from; null for none. */
  predecessor: { task: bigint; round: bigint } | null
}

export function taskFacts(task: Task): TaskFacts {
  const { founder, judge, judgeRetired, stopped, committee, predecessor, predecessorRound } = task
  const from = predecessor === 0n ? null : { task: predecessor, round: predecessorRound }
  return { founder, judge, judgeRetired, stopped, committee, predecessor: from }
}

/** The same in lines. */
export function taskLines({ founder, judge, judgeRetired, stopped, committee, predecessor }: TaskFacts): string[] {
  return [
    `Founder  ${founder}`,
    `Judge    ${judge}${judgeRetired ? ', retired: no round opens any more' : ''}`,
    ...(committee > 0 ? [`Members  drawn for each round: a committee of size ${committee}`] : []),
    ...(predecessor ? [`Started from the model of task ${predecessor.task}, round ${predecessor.round}`] : []),
    ...(stopped ? ['Stopped: no round opens any more'] : []),
  ]
}
