import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { QuorateError } from '../core/index.ts'
import { ruleByName } from '../aggregation/index.ts'
import type { LabRule } from '../aggregation/index.ts'
import { labAttackByName } from './attacks/index.ts'
import type { Attack, CoalitionAttack, LabAttack, OmniscientAttack } from './attacks/index.ts'

/** A plug-in under the name that results carry: its own, and for a file the first bytes of its hash, so that a changed file is another cell. */
export interface Loaded<T> {
  label: string
  value: T
}

export const isPath = (text: string): boolean => /[/\\]|\.(ts|js|mjs)$/.test(text)

/**
 * A built-in attack by name, or the default export of a module by path: an attack of any kind. Loading a file runs its code.
 *
 * @returns undefined for `none`
 * @throws CONFIG_INVALID for an unknown name, a file that does not load or a default export of another shape
 */
export async function loadAttack(text: string): Promise<Loaded<LabAttack> | undefined> {
  if (text === 'none') return undefined
  if (!isPath(text)) return { label: text, value: labAttackByName(text) }
  const { value, hash } = await loadDefault(text)
  const attack = value as Partial<Attack & CoalitionAttack & OmniscientAttack>
  const acts = [attack.craft, attack.conspire, attack.poisonUpdate, attack.poisonLabels, attack.poisonSamples].some(
    (part) => typeof part === 'function',
  )
  if (typeof attack.name !== 'string' || !acts) {
    throw invalid(
      text,
      'an attack: { name, craft }, { name, parameters, conspire } or { name, poisonUpdate | poisonLabels | poisonSamples }',
    )
  }
  return { label: `${attack.name}@${hash}`, value: attack as LabAttack }
}

/** A built-in rule by name, or the default export of a module by path: a `LabRule`. @throws CONFIG_INVALID like `loadAttack` */
export async function loadRule(text: string): Promise<Loaded<LabRule>> {
  if (!isPath(text)) {
    const value = ruleByName(text)
    return { label: value.name, value }
  }
  const { value, hash } = await loadDefault(text)
  const rule = value as Partial<LabRule>
  if (typeof rule.name !== 'string' || typeof rule.decide !== 'function' || typeof rule.unsafe !== 'function') {
    throw invalid(text, 'a rule: { name, unsafe, decide, … } as `gramRule` or `coordinateRule` makes it')
  }
  return { label: `${rule.name}@${hash}`, value: rule as LabRule }
}

/** The default export of a module by path, with the first bytes of its file's hash. Loading a file runs its code. @throws CONFIG_INVALID */
export async function loadDefault(path: string): Promise<{ value: object; hash: string }> {
  const file = resolve(path)
  const module = await readFile(file)
    .then(async (text) => ({
      hash: createHash('sha256').update(text).digest('hex').slice(0, 8),
      exports: (await import(pathToFileURL(file).href)) as { default?: unknown },
    }))
    .catch((cause: unknown) => {
      const reason = cause instanceof Error ? cause.message.split('\n')[0] : String(cause)
      throw new QuorateError('CONFIG_INVALID', `${path} does not load: ${reason}`, { cause, details: { file: path } })
    })
  const value = module.exports.default
  if (typeof value !== 'object' || value === null) throw invalid(path, 'an object')
  return { value, hash: module.hash }
}

export function invalid(path: string, expected: string): QuorateError {
  return new QuorateError('CONFIG_INVALID', `the default export of ${path} is not ${expected}`, { details: { file: path } })
}
