import type { Agree } from './agree.ts'
import type { EpochDuty } from './epoch.ts'
import type { SeedDuty } from './seed.ts'
import type { DUTY_OF, RoundDuty, RoundEffect, RoundEvent, RoundState } from '../../protocol/index.ts'

/** Performs one effect and returns what happened. It must be safe to repeat: a killed process does it again. */
export type EffectHandler<T extends RoundEffect['type']> = (
  effect: Extract<RoundEffect, { type: T }>,
  state: RoundState,
  signal: AbortSignal,
) => Promise<RoundEvent[]>

type EffectsOf<D extends RoundDuty> = {
  [T in keyof typeof DUTY_OF]: (typeof DUTY_OF)[T] extends D ? T : never
}[keyof typeof DUTY_OF]

/** The handlers of one duty, one for each of its effects. One that is left out is not performed: a node that only watches holds updates and attests to none. */
export type DutyHandlers<D extends RoundDuty> = { [T in EffectsOf<D>]?: EffectHandler<T> }

/** The duties of a node, with the handlers of round duties. The node owes no duty that is missing here. */
export type RoundDuties = { [D in RoundDuty]?: DutyHandlers<D> } & {
  agree?: Agree
  seed?: SeedDuty
  epoch?: EpochDuty
}

/** The handler of an effect among a node's duties. */
export function handlerOf(
  duties: RoundDuties,
  duty: RoundDuty,
  effect: RoundEffect['type'],
): EffectHandler<RoundEffect['type']> | undefined {
  return (duties[duty] as Record<string, EffectHandler<RoundEffect['type']>> | undefined)?.[effect]
}
