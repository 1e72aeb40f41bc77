import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Gas by contract and call, from the snapshots that the tests hold (`--isolate`, whole transactions). Nothing is timed. */
export function chainGas(): Record<string, Record<string, number>> {
  const folder = join(import.meta.dirname, '../test/contracts/snapshots')
  const files = readdirSync(folder).filter((name) => name.endsWith('.json'))
  return Object.fromEntries(
    files.map((name) => {
      const gas = JSON.parse(readFileSync(join(folder, name), 'utf8')) as Record<string, string>
      return [name.replace('.json', ''), Object.fromEntries(Object.entries(gas).map(([call, used]) => [call, Number(used)]))]
    }),
  )
}
