import type { Address } from '../types.ts'
import type { RoundEffect } from './events.ts'

/**
 * What a node may owe a round:
 * `hold` keeps the updates of others, attests to them, and ends a round that a quorum wants to end; `replay` recomputes posted claims; `train` makes an update;
 * `commit` commits to it, hands the commitment to the operator for a receipt, forces the commitment on chain if need be, and reveals it; `seal`, `build` and `post` are an operator's.
 * Agreements are owed to claims, which outlive their rounds: the state machine of a round knows none.
 */
export const ROUND_DUTIES = ['hold', 'replay', 'train', 'commit', 'seal', 'build', 'post'] as const
export type RoundDuty = (typeof ROUND_DUTIES)[number]

/** The node that runs a round: its account and its duties. */
export interface Self {
  /** Owner address. */
  address: Address
  duties: ReadonlySet<RoundDuty>
}

/** The duty that each effect belongs to. */
export const DUTY_OF = {
  train: 'train',
  commit: 'commit',
  handIn: 'commit',
  force: 'commit',
  reveal: 'commit',
  fetch: 'hold',
  attest: 'hold',
  void: 'hold',
  list: 'seal',
  seal: 'seal',
  build: 'build',
  post: 'post',
  fail: 'post',
  replay: 'replay',
} as const satisfies Record<RoundEffect['type'], RoundDuty>

/** A node with these duties. */
export function selfWith(address: Address, duties: Iterable<RoundDuty>): Self {
  return { address, duties: new Set(duties) }
}
