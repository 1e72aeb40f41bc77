import type { TaskNode } from '../../node/index.ts'

/** What the API needs of a running node. It changes nothing in it. */
export type ApiNode = Pick<
  TaskNode,
  | 'about'
  | 'genesis'
  | 'history'
  | 'rounds'
  | 'membership'
  | 'clock'
  | 'agreements'
  | 'evaluations'
  | 'spendings'
  | 'ports'
  | 'network'
  | 'duties'
>
