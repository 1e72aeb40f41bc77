import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runForge } from './forge.ts'

const root = join(import.meta.dirname, '..')
const stamp = join(root, 'out/contracts.sha256')

/** Of everything that decides what the contracts compile to. */
function sourcesHash(): string {
  const hash = createHash('sha256')
  const contracts = readdirSync(join(root, 'contracts'), { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.sol'),
  )
  for (const name of ['foundry.toml', 'package-lock.json', ...contracts.toSorted().map((path) => join('contracts', path))])
    hash.update(name).update(readFileSync(join(root, name)))
  return hash.digest('hex')
}

/**
 * Compiles all contracts and their tests. When a contract changed it starts from nothing: the compiler orders what it makes by the files that it is given at once, so code that is
 * compiled in part differs from what everybody else gets, and nodes compare the code of a judge ([versions](../docs/versions.md)).
 *
 * @returns the exit code of forge
 */
export function buildContracts(): number {
  const wanted = sourcesHash()
  let compiled = ''
  try {
    compiled = readFileSync(stamp, 'utf8')
  } catch {
    // Nothing is compiled yet.
  }
  if (compiled !== wanted) for (const folder of ['out', 'cache']) rmSync(join(root, folder), { recursive: true, force: true })
  const { code } = runForge(['build', '--quiet'])
  if (code === 0 && compiled !== wanted) writeFileSync(stamp, wanted)
  return code
}

if (import.meta.main) process.exitCode = buildContracts()
