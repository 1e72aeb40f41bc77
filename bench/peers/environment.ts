import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

const call = promisify(execFile)

/** Where the virtual environment is made; git ignores it. */
const FOLDER = join(import.meta.dirname, '../../.data/bench-peers')

/**
 * The Python of a virtual environment with the peers, made on the first call (several GB: ByzFL brings torch).
 *
 * @param folder an environment to use or to make
 * @returns the interpreter, or the line that says why there is none
 */
export async function peerPython(folder = FOLDER): Promise<{ python: string } | { skipped: string }> {
  const python = join(folder, 'bin/python')
  try {
    if (!existsSync(python)) await call('python3', ['-m', 'venv', folder])
    const requirements = join(import.meta.dirname, 'requirements.txt')
    await call(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-cache-dir', '-r', requirements], {
      maxBuffer: 2 ** 26,
      timeout: 1_800_000,
    })
    await call(python, ['-c', 'import flwr, byzfl'])
    return { python }
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string }
    const reason = (stderr ?? message).trim().split('\n').at(-1)
    return { skipped: `peers skipped: Flower and ByzFL could not be installed from PyPI (${reason})` }
  }
}
