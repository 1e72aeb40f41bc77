import { existsSync } from 'node:fs'
import { describeSource, loadKey } from '../../src/config/index.ts'
import type { Hash } from '../../src/protocol/index.ts'
import { fault, faultOf, ok } from './finding.ts'
import type { DoctorFinding } from './finding.ts'
import type { Subject } from './subject.ts'

/** The private keys of a node, as far as they can be read. */
export interface FoundKeys {
  operator?: Hash
  peer?: Hash
}

/** Whether each key is where `[keys]` says, and a key file readable by its owner only. The owner key may be kept elsewhere. */
export async function checkKeys({ role, keys }: Pick<Subject, 'role' | 'keys'>): Promise<{
  findings: DoctorFinding[]
  found: FoundKeys
}> {
  const findings: DoctorFinding[] = []
  const found: FoundKeys = {}
  for (const name of ['operator', 'peer'] as const) {
    const title = `key ${name}`
    const source = keys[name]
    if (typeof source === 'string' && !existsSync(source)) {
      const program = role === 'member' ? 'member' : 'coordinator'
      findings.push(
        fault(title, `${source} is missing`, `quorate ${program} keygen --out FOLDER, then join --amount 0, which registers it`),
      )
      continue
    }
    try {
      found[name] = await loadKey(source)
      findings.push(ok(title, typeof source === 'string' ? source : describeSource(source)))
    } catch (error) {
      findings.push(faultOf(title, error, `correct keys.${name} in the configuration file`))
    }
  }
  return { findings, found }
}
