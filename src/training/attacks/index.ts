/**
 * Poisoners for demonstrations and tests. A new attack is an `Attack` and a line in `ATTACKS`.
 *
 * @example parseAttack('sign-flip:2') // { name: 'sign-flip', count: 2 }
 */
import { QuorateError } from '../../core/errors.ts'
import type { Attack } from './attack.ts'
import { gaussian } from './gaussian.ts'
import { labelFlip } from './label-flip.ts'
import { modelReplacement } from './model-replacement.ts'
import { signFlip } from './sign-flip.ts'

export type { Attack, AttackContext } from './attack.ts'
export { gaussian, labelFlip, modelReplacement, signFlip }

const ATTACKS: readonly Attack[] = [signFlip, labelFlip, gaussian, modelReplacement]

export const attackNames: readonly string[] = ATTACKS.map(({ name }) => name)

/** @throws CONFIG_INVALID listing the known names */
export function attackByName(name: string): Attack {
  const attack = ATTACKS.find((candidate) => candidate.name === name)
  if (!attack) {
    throw new QuorateError('CONFIG_INVALID', `attack "${name}" is unknown; known: ${attackNames.join(', ')}`, {
      details: { attack: name },
    })
  }
  return attack
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
