import { QuorateError } from '../../../core/errors.ts'
import type { CoalitionAttack } from './coalition-attack.ts'

/** A number that an attack leaves open. */
export interface Parameter {
  /** One line for people, with the unit. */
  description: string
  least: number
  most: number
  value: number
  /** Only whole numbers. */
  whole?: true
}

export type Parameters<P extends string = string> = { readonly [name in P]: Parameter }
export type Values<P extends string = string> = { readonly [name in P]: number }

/** Digits that a value keeps, so that its text in a name gives the same value again. */
const DIGITS = 4

/** The values that an attack runs with. */
export function valuesOf<P extends string>({ parameters }: Pick<CoalitionAttack<P>, 'parameters'>): Values<P> {
  const entries = Object.entries<Parameter>(parameters).map(([name, { value }]) => [name, value])
  return Object.fromEntries(entries) as Values<P>
}

/** The nearest value that the parameter can have and that its text gives again. */
export function admissibleValue({ least, most, whole }: Parameter, value: number): number {
  const within = Math.min(most, Math.max(least, value))
  return whole ? Math.round(within) : Number(within.toPrecision(DIGITS))
}

/**
 * The same attack with other values.
 *
 * @throws CONFIG_INVALID for an unknown parameter or a value outside its bounds
 * @example tuned(framing, { push: 1.5 })
 */
export function tuned<P extends string>(attack: CoalitionAttack<P>, values: Partial<Values<NoInfer<P>>>): CoalitionAttack<P> {
  const parameters: Record<string, Parameter> = { ...attack.parameters }
  for (const [name, value] of Object.entries<number | undefined>(values)) {
    const known = Object.hasOwn(parameters, name) ? parameters[name] : undefined
    if (!known) throw refused(attack, `has no parameter "${name}"; it has ${Object.keys(attack.parameters).join(', ')}`)
    if (value === undefined) continue
    if (!(value >= known.least && value <= known.most) || (known.whole && !Number.isInteger(value))) {
      throw refused(
        attack,
        `takes ${name} from ${known.least} to ${known.most}${known.whole ? ', a whole number' : ''}, not ${value}`,
      )
    }
    parameters[name] = { ...known, value }
  }
  return { ...attack, parameters: parameters as Parameters<P> }
}

/**
 * Splits `NAME:PARAMETER=VALUE:…` into the name and the values.
 *
 * @throws CONFIG_INVALID where a part is no assignment of a number
 * @example parseTuning('framing:push=1.5') // { name: 'framing', values: { push: 1.5 } }
 */
export function parseTuning(text: string): { name: string; values: Record<string, number> } {
  const [name = '', ...parts] = text.split(':')
  const entries = parts.map((part): [string, number] => {
    const [, parameter, value] = /^([a-z]+)=(-?\d+(?:\.\d+)?(?:e-?\d+)?)$/i.exec(part) ?? []
    if (parameter === undefined) {
      throw new QuorateError('CONFIG_INVALID', `attack "${text}": "${part}" is not PARAMETER=NUMBER`, {
        details: { attack: text },
      })
    }
    return [parameter, Number(value)]
  })
  return { name, values: Object.fromEntries(entries) }
}

/** The text that `parseTuning` reads: every parameter with its value, so that equal texts mean equal work. */
export function tuningText(attack: Pick<CoalitionAttack, 'name' | 'parameters'>): string {
  return [attack.name, ...Object.entries(attack.parameters).map(([name, { value }]) => `${name}=${value}`)].join(':')
}

function refused({ name }: Pick<CoalitionAttack, 'name'>, reason: string): QuorateError {
  return new QuorateError('CONFIG_INVALID', `attack "${name}" ${reason}`, { details: { attack: name } })
}
