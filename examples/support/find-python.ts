import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { knownEnvironment } from '../../scripts/python.ts'

const run = promisify(execFile)

/**
 * A Python that has the modules: that of `QUORATE_PYTHON`, of the environments of this repository, or python3.
 *
 * @returns its path; or why there is none, with the command that makes one
 */
export async function findPython(modules: readonly string[]): Promise<{ python: string } | { reason: string }> {
  const asked = process.env['QUORATE_PYTHON']
  const known = [asked, knownEnvironment('full'), knownEnvironment('core'), 'python3'].filter((path) => path !== undefined)
  for (const python of asked === undefined ? known : [asked]) {
    const found = await run(python, ['-c', modules.map((name) => `import ${name}`).join('\n')]).then(
      () => true,
      () => false,
    )
    if (found) return { python }
  }
  const where = asked === undefined ? 'no Python here' : `QUORATE_PYTHON=${asked} does not import`
  return {
    reason: `${where}${asked === undefined ? ' imports' : ''} ${modules.join(', ')}: run \`node scripts/python.ts environment --full\`, or set QUORATE_PYTHON`,
  }
}
