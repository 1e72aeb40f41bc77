/**
 * Poisoners for demonstrations, tests and the lab. Three kinds: an `Attack` is what one member can do alone (`quorate demo --attack`); a `CoalitionAttack`
 * is what several can do in concert on what is public after reveal; an `OmniscientAttack` knows the honest updates of the round, which commit and reveal
 * keep from it in a real one. The last two run in `quorate lab`. A new attack is one file and a line in `ATTACKS`, `COALITION_ATTACKS` or
 * `OMNISCIENT_ATTACKS`.
 *
 * @example parseAttack('sign-flip:2') // { name: 'sign-flip', count: 2 }
 */
import { QuorateError } from '../../core/errors.ts'
import type { Attack } from './attack.ts'
import { COALITION_ATTACKS, parseTuning, tuned, valuesOf } from './coalition/index.ts'
import type { CoalitionAttack } from './coalition/index.ts'
import { freeRiderDisguised, freeRiderNoise, freeRiderReplay } from './free-riders.ts'
import { gaussian } from './gaussian.ts'
import { jitteredSybil } from './jittered-sybil.ts'
import { labelFlip } from './label-flip.ts'
import { modelReplacement } from './model-replacement.ts'
import { OMNISCIENT_ATTACKS } from './omniscient/index.ts'
import type { OmniscientAttack } from './omniscient/index.ts'
import { distributedBackdoor, pixelTrigger } from './pixel-trigger.ts'
import { signFlip } from './sign-flip.ts'
import { sleeper } from './sleeper.ts'

export type { Attack, AttackContext, Backdoor, SampleContext } from './attack.ts'
export * from './coalition/index.ts'
export type { Judgement, OmniscientAttack, OmniscientContext } from './omniscient/index.ts'
export { OMNISCIENT_ATTACKS }
export { poisonedSamples, poisonedTrainer } from './poisoned-trainer.ts'
export { withAttack } from './with-attack.ts'
export { gaussian, labelFlip, modelReplacement, signFlip }

/** An attack of any kind. */
export type LabAttack = Attack | CoalitionAttack | OmniscientAttack

export const ATTACKS: readonly Attack[] = [
  signFlip,
  labelFlip,
  gaussian,
  modelReplacement,
  pixelTrigger,
  distributedBackdoor,
  freeRiderNoise,
  freeRiderReplay,
  freeRiderDisguised,
  jitteredSybil,
  sleeper,
]

export const attackNames: readonly string[] = ATTACKS.map(({ name }) => name)

/** An attack that one member can mount. @throws CONFIG_INVALID listing the known names */
export function attackByName(name: string): Attack {
  const attack = ATTACKS.find((candidate) => candidate.name === name)
  if (attack) return attack
  if (OMNISCIENT_ATTACKS.some((candidate) => candidate.name === name)) {
    throw new QuorateError(
      'CONFIG_INVALID',
      `attack "${name}" needs the honest updates of the round, which a member cannot see before it commits; run it in \`quorate lab\``,
      { details: { attack: name } },
    )
  }
  if (COALITION_ATTACKS.some((candidate) => candidate.name === name)) {
    throw new QuorateError(
      'CONFIG_INVALID',
      `attack "${name}" needs a coalition that reads the rows of past rounds; run it in \`quorate lab\``,
      { details: { attack: name } },
    )
  }
  throw new QuorateError('CONFIG_INVALID', `attack "${name}" is unknown; known: ${attackNames.join(', ')}`, {
    details: { attack: name },
  })
}

/**
 * An attack of any kind, with the values that the text sets.
 *
 * @param text `NAME`, or `NAME:PARAMETER=VALUE:…` for an attack of a coalition
 * @throws CONFIG_INVALID listing the known names, or the parameters of the attack
 */
export function labAttackByName(text: string): LabAttack {
  const { name, values } = parseTuning(text)
  const all = [...ATTACKS, ...COALITION_ATTACKS, ...OMNISCIENT_ATTACKS]
  const attack = all.find((candidate) => candidate.name === name)
  if (!attack) {
    throw new QuorateError('CONFIG_INVALID', `attack "${name}" is unknown; known: ${all.map(({ name }) => name).join(', ')}`, {
      details: { attack: name },
    })
  }
  if (Object.keys(values).length === 0) return attack
  if (isCoalition(attack)) return tuned(attack, values)
  throw new QuorateError('CONFIG_INVALID', `attack "${name}" has no parameters: leave out everything after its name`, {
    details: { attack: name },
  })
}

export function isOmniscient(attack: LabAttack): attack is OmniscientAttack {
  return 'craft' in attack
}

export function isCoalition(attack: LabAttack): attack is CoalitionAttack {
  return 'conspire' in attack
}

/** What the members of an attack do while they train, by themselves; undefined where they train as honest members. */
export function trainingOf(attack: LabAttack): Attack | undefined {
  if (isOmniscient(attack)) return undefined
  if (!isCoalition(attack)) return attack
  const { name, description, paper } = attack
  const data = attack.data?.(valuesOf(attack))
  return data && { name, description, paper, ...data }
}

/** True when nobody needs to train for the attackers. */
export function isIdle(attack: LabAttack): boolean {
  return isOmniscient(attack) ? attack.ignoresOwn === true : isCoalition(attack) && attack.idle === true
}

/**
 * Reads `NAME` or `NAME:COUNT`, the number of members that mount it (1 if left out).
 *
 * @throws CONFIG_INVALID
 */
export function parseAttack(text: string): { name: string; count: number } {
  const [name = '', count = '1', ...rest] = text.split(':')
  attackByName(name)
  if (rest.length > 0 || !/^[1-9]\d{0,2}$/.test(count)) {
    throw new QuorateError('CONFIG_INVALID', `attack "${text}" is not NAME or NAME:COUNT with a count of 1…999`, {
      details: { attack: text },
    })
  }
  return { name, count: Number(count) }
}
