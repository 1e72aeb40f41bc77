import { QuorateError } from '../../../core/errors.ts'
import { arcNnmGm } from './arc-nnm-gm.ts'
import { centredClipping } from './centred-clipping.ts'
import { dnc } from './dnc.ts'
import { flTrust } from './fltrust.ts'
import { foolsGold, withFoolsGold } from './fools-gold.ts'
import { heldNnmGm } from './held-nnm-gm.ts'
import { krum } from './krum.ts'
import type { LabRule } from './lab-rule.ts'
import { mean } from './mean.ts'
import { median } from './median.ts'
import { multiKrum } from './multi-krum.ts'
import { nnmTrimmedMean } from './nnm-trimmed-mean.ts'
import { rfa } from './rfa.ts'
import { supportedNnmGm } from './supported-nnm-gm.ts'
import { trimmedMean } from './trimmed-mean.ts'
import { unscaledNnmGm } from './unscaled-nnm-gm.ts'
import { equalisedNnmGm, noveltyNnmGm, referenceNnmGm, rootNnmGm } from './unsupported-nnm-gm.ts'

/** Every rule, the protocol's own among them. */
export const LAB_RULES: readonly LabRule[] = [
  mean,
  krum,
  multiKrum,
  rfa,
  unscaledNnmGm,
  arcNnmGm,
  equalisedNnmGm,
  noveltyNnmGm,
  supportedNnmGm,
  heldNnmGm,
  referenceNnmGm,
  rootNnmGm,
  flTrust,
  centredClipping,
  dnc,
  foolsGold,
  trimmedMean,
  median,
  nnmTrimmedMean,
]

const FLAG = '+foolsgold'

/**
 * A rule by name, or `NAME+foolsgold` for the same rule with FoolsGold's factor on every stake. `nnmGm`, the protocol's name of rule 1, means
 * `held-nnm-gm`, as tasks have it.
 *
 * @throws QuorateError CONFIG_INVALID listing the known names
 * @example ruleByName('krum').decide(input)
 */
export function ruleByName(name: string): LabRule {
  if (name.endsWith(FLAG)) return withFoolsGold(ruleByName(name.slice(0, -FLAG.length)))
  const wanted = name === 'nnmGm' ? heldNnmGm.name : name
  const rule = LAB_RULES.find((candidate) => candidate.name === wanted)
  if (rule) return rule
  const known = LAB_RULES.map(({ name }) => name).join(', ')
  throw new QuorateError('CONFIG_INVALID', `rule "${name}" is unknown; known: ${known}`, { details: { rule: name } })
}
