import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

const ROOT = resolve(import.meta.dirname, '../..')

export interface Ended {
  code: number
  /** What it said on both streams. */
  output: string
}

/**
 * A copy of the sources into which faults are put, one at a time.
 *
 * @example
 * using copy = new PatchedCopy()
 * const { code } = copy.with(join(root, 'test/game/faults/C2.patch'), () => copy.run('node', ['scripts/game.ts']))
 */
export class PatchedCopy implements Disposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'quorate-patched-'))

  constructor() {
    // Tracked files only: what forge built before would be built again for another folder anyway.
    const listed = run('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], ROOT)
    for (const file of listed.output.split('\0').filter(Boolean))
      cpSync(join(ROOT, file), join(this.#folder, file), { recursive: true })
    symlinkSync(join(ROOT, 'node_modules'), join(this.#folder, 'node_modules'))
  }

  /** Runs a command in the copy to its end. */
  run(command: string, args: readonly string[]): Ended {
    return run(command, args, this.#folder)
  }

  /** Runs a command that must succeed. @throws Error with its output when it fails */
  need(what: string, command: string, args: readonly string[]): void {
    const { code, output } = this.run(command, args)
    if (code !== 0) throw new Error(`${what}: ${output}`)
  }

  /** Puts a patch in, and takes it out after the work. @param patch absolute path @throws Error when it does not apply */
  with<T>(patch: string, work: () => T): T {
    this.need(`${patch} does not apply`, 'git', ['apply', '--unsafe-paths', patch])
    const result = work()
    this.need(`${patch} does not come out`, 'git', ['apply', '--unsafe-paths', '-R', patch])
    return result
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

function run(command: string, args: readonly string[], cwd: string): Ended {
  const env = { ...process.env, PATH: `${join(ROOT, 'node_modules/.bin')}:${process.env['PATH'] ?? ''}` }
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, env, encoding: 'utf8', maxBuffer: 2 ** 28 })
  return { code: status ?? 1, output: `${stdout}${stderr}` }
}
