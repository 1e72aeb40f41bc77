import { existsSync } from 'node:fs'
import { describeAccountSource, loadKey } from '../../src/config/index.ts'
import { openAccountKey } from '../../src/account/index.ts'
import type { AccountKey } from '../../src/account/index.ts'
import type { Hash } from '../../src/protocol/index.ts'
import { fault, faultOf, ok } from './finding.ts'
import type { DoctorFinding } from './finding.ts'
import type { NodeConfig } from '../../src/config/index.ts'

/** The keys of a node, as far as they can be used. */
export interface FoundKeys {
  operator?: AccountKey
  peer?: Hash
}

/** Whether each key is where `[keys]` says, a key file readable by its owner only, and a signer up and with the key. The owner key may be kept elsewhere. */
export async function checkKeys(
  { role, keys }: Pick<NodeConfig, 'role' | 'keys'>,
  { signal }: { signal: AbortSignal },
): Promise<{ findings: DoctorFinding[]; found: FoundKeys }> {
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
      if (name === 'peer') found.peer = await loadKey(keys.peer)
      else {
        const key = await openAccountKey(source)
        if (typeof key !== 'string') await key.check(signal)
        found.operator = key
      }
      findings.push(ok(title, typeof source === 'string' ? source : describeAccountSource(source)))
    } catch (error) {
      signal.throwIfAborted()
      findings.push(faultOf(title, error, `correct keys.${name} in the configuration file`))
    }
  }
  return { findings, found }
}
