// The Python package in python/, which needs python3 and packages from PyPI. Without them each command says so and ends well.
//
//   node scripts/python.ts test          core tests; `--full` for those of torch, Flower, scikit-learn and Hugging Face (gigabytes)
//   node scripts/python.ts proto         generates python/quorate/v1 from proto/; `--check` fails when it is stale
//   node scripts/python.ts environment   makes the environment, and prints the path of its Python; `--spark` for that of Spark alone
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const folder = join(root, 'python')
const gen = join(folder, 'quorate/v1')

type Kind = 'core' | 'full' | 'proto' | 'spark'

interface Environment {
  /** Path of its Python; undefined when it could not be made. */
  python?: string
  /** Why not. */
  reason?: string
}

/** Lines of a requirement file and of those that it names. */
function requirements(kind: Kind): string {
  const text = readFileSync(join(folder, `requirements/${kind}.txt`), 'utf8')
  return text.includes('-r core.txt') ? text + requirements('core') : text
}

function placeOf(kind: Kind): { path: string; python: string; mark: string; hash: string } {
  const path = join(folder, kind === 'core' ? '.venv' : `.venv-${kind}`)
  const hash = createHash('sha256').update(requirements(kind)).digest('hex')
  return { path, python: join(path, 'bin/python'), mark: join(path, 'quorate-hash'), hash }
}

/** The environment if it is there and has what its requirement file asks for. */
export function knownEnvironment(kind: Kind = 'core'): string | undefined {
  const { python, mark, hash } = placeOf(kind)
  return existsSync(python) && existsSync(mark) && readFileSync(mark, 'utf8') === hash ? python : undefined
}

/** Makes the environment unless it is there. */
function makeEnvironment(kind: Kind): Environment {
  const known = knownEnvironment(kind)
  if (known) return { python: known }
  const { path, python, mark, hash } = placeOf(kind)
  const version = spawnSync('python3', ['-c', 'import sys, venv; sys.exit(sys.version_info < (3, 10))'], { encoding: 'utf8' })
  if (version.status !== 0) return { reason: 'there is no python3 of version 3.10 or newer with the module venv' }
  rmSync(path, { recursive: true, force: true })
  console.error(`Making ${path} …`)
  const steps: [string, string[]][] = [
    ['python3', ['-m', 'venv', path]],
    [python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', join(folder, `requirements/${kind}.txt`)]],
  ]
  for (const [command, args] of steps) {
    const { status, stderr } = spawnSync(command, args, { encoding: 'utf8', timeout: kind === 'full' ? 3_600_000 : 180_000 })
    if (status !== 0)
      return { reason: `${command} ${args.slice(0, 3).join(' ')} failed: ${stderr?.trim().split('\n').at(-1) ?? ''}` }
  }
  writeFileSync(mark, hash)
  return { python }
}

function run(command: string, args: readonly string[], cwd = root): number {
  const env = { ...process.env, PYTHONPATH: folder, PATH: `${join(command, '..')}:${process.env['PATH'] ?? ''}` }
  return spawnSync(command, args, { cwd, stdio: 'inherit', env }).status ?? 1
}

function proto(python: string, check: boolean): number {
  const out = mkdtempSync(join(tmpdir(), 'quorate-python-proto-'))
  try {
    const flags = ['--python_out', '--pyi_out', '--grpc_python_out'].map((flag) => `${flag}=${out}`)
    const status = run(python, ['-m', 'grpc_tools.protoc', '-I', 'proto', ...flags, 'proto/quorate/v1/trainer.proto'])
    if (status !== 0) return status
    const made = join(out, 'quorate/v1')
    const stale = readdirSync(made).filter((name) => {
      const path = join(gen, name)
      const text = readFileSync(join(made, name), 'utf8')
      const fresh = existsSync(path) && readFileSync(path, 'utf8') === text
      if (!fresh && !check) writeFileSync(path, text)
      return !fresh
    })
    if (check && stale.length > 0) console.error(`python/quorate/v1 is stale (${stale.join(', ')}): run \`npm run build:python\``)
    return check && stale.length > 0 ? 1 : 0
  } finally {
    rmSync(out, { recursive: true })
  }
}

function main(command: string | undefined, flags: readonly string[]): number {
  const full = flags.includes('--full')
  const kind: Kind = command === 'proto' ? 'proto' : full ? 'full' : flags.includes('--spark') ? 'spark' : 'core'
  if (!['test', 'proto', 'environment'].includes(command ?? '')) {
    console.error('node scripts/python.ts test | proto | environment')
    return 2
  }
  const { python, reason } = makeEnvironment(kind)
  if (!python) {
    console.log(`python: skipped, because ${reason}`)
    return 0
  }
  if (command === 'proto') return proto(python, flags.includes('--check'))
  if (command === 'test') return run(python, ['-m', 'pytest', '-q', '-p', 'no:cacheprovider'], folder)
  console.log(python)
  return 0
}

if (import.meta.main) process.exitCode = main(process.argv[2], process.argv.slice(3))
