/**
 * Runs the forge that `npm ci` installed and ends with its exit code: the `forge` command of the npm package always ends with 0,
 * so a failing test would pass.
 *
 *     node scripts/forge.ts test
 */
import { spawn, spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')

function forgeBinary(): string {
  const arch = process.arch === 'x64' ? 'amd64' : process.arch
  const file = process.platform === 'win32' ? 'forge.exe' : 'forge'
  // The platform package is a dependency of @foundry-rs/forge, not of ours: resolve from there.
  const forge = createRequire(import.meta.url).resolve('@foundry-rs/forge/package.json')
  return createRequire(forge).resolve(`@foundry-rs/forge-${process.platform}-${arch}/bin/${file}`)
}

export interface ForgeRun {
  /** Added to the environment. */
  env?: Record<string, string>
  /** Return stdout instead of showing it. */
  capture?: boolean
}

/** Exit code and, with `capture`, stdout of one forge command. */
export function runForge(
  args: readonly string[],
  { env = {}, capture = false }: ForgeRun = {},
): { code: number; stdout: string } {
  const run = spawnSync(forgeBinary(), args, {
    cwd: root,
    // solc.mjs must find the Node that npm pinned, also when this file was started without npm.
    env: { ...process.env, PATH: `${join(root, 'node_modules/.bin')}:${process.env['PATH'] ?? ''}`, ...env },
    stdio: ['inherit', capture ? 'pipe' : 'inherit', 'inherit'],
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  })
  if (run.error) throw run.error
  return { code: run.status ?? 1, stdout: run.stdout ?? '' }
}

/** The same without blocking the thread, with both outputs in one text. */
export async function runForgeAsync(
  args: readonly string[],
  { env = {} }: Pick<ForgeRun, 'env'> = {},
): Promise<{ code: number; stdout: string }> {
  const child = spawn(forgeBinary(), args, {
    cwd: root,
    env: { ...process.env, PATH: `${join(root, 'node_modules/.bin')}:${process.env['PATH'] ?? ''}`, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data: Buffer) => void (stdout += data.toString()))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => resolve({ code: code ?? 1, stdout }))
  })
}

if (import.meta.main) {
  const args = process.argv.slice(2)
  // The tests deploy artifacts, which a filtered `forge test` would not compile.
  const built = args[0] === 'test' ? runForge(['build', '--quiet']).code : 0
  process.exitCode = built === 0 ? runForge(args).code : built
}
