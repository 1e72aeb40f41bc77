import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { availableParallelism, cpus, freemem, totalmem } from 'node:os'
import { missingVulkanLoader } from '../../src/gpu/index.ts'
import { fault, note, ok } from './finding.ts'
import type { DoctorFinding } from './finding.ts'

const GiB = 1024 ** 3
/** Node that runs the programs' sources, and has what they use. */
const LEAST_NODE = 24
/** How long a program that is asked may take, ms. */
const MOST_MS = 20_000
/** Packages with a native part, and what lacks without it. */
const NATIVE: Record<string, string> = {
  '@duckdb/node-api': 'data in tables',
  sharp: 'data in images',
  '@huggingface/tokenizers': 'data in texts with a tokeniser',
}
/** What a node takes at the least, and for each coordinate of the model: copies of the model in four and of updates in one byte. */
const MEMORY = { base: GiB / 4, perCoordinate: 48 }

/** Node, its packages, processor. */
export function checkMachine(): DoctorFinding[] {
  return [
    checkNode(process.version),
    checkNative((name) => void createRequire(import.meta.url)(name)),
    ok('processor', `${availableParallelism()} cores, ${cpus()[0]?.model.trim() ?? 'of unknown make'}`),
  ]
}

/** @param version as `process.version` writes it */
export function checkNode(version: string): DoctorFinding {
  const found = `${version} for ${process.platform} on ${process.arch}`
  return Number(/^v(\d+)/.exec(version)?.[1] ?? 0) >= LEAST_NODE
    ? ok('node', found)
    : fault('node', found, `install Node ${LEAST_NODE} or newer, or the package without --omit=optional, which brings it`)
}

/** Whether the native part of each package was installed for this machine. @param load throws what keeps a package from being loaded */
export function checkNative(load: (name: string) => void): DoctorFinding {
  const missing = Object.keys(NATIVE).filter((name) => {
    try {
      load(name)
      return false
    } catch {
      return true
    }
  })
  if (missing.length === 0) return ok('packages', 'native parts are there')
  return fault(
    'packages',
    missing.map((name) => `${name} cannot be loaded (${NATIVE[name]})`).join('; '),
    'run npm ci on this machine, with optional dependencies: a folder of packages from another system does not fit',
  )
}

/**
 * Whether the memory holds a node of a task.
 *
 * @param coordinates padded length of the model; undefined where no task is known
 * @param machine bytes in all, the limit of a container included, and bytes free
 */
export function checkMemory(coordinates: number | undefined, machine = memory()): DoctorFinding {
  const found = `${(machine.free / GiB).toFixed(1)} of ${(machine.total / GiB).toFixed(1)} GiB free`
  if (coordinates === undefined) return ok('memory', found)
  const need = MEMORY.base + MEMORY.perCoordinate * coordinates
  const words = `${found}; a node of this task takes some ${(need / GiB).toFixed(1)} GiB`
  if (need > machine.total)
    return fault('memory', words, 'take a machine with more memory, raise the limit of its container, or join a smaller task')
  return need > machine.free
    ? note('memory', words, 'end other programs, or take a machine with more memory')
    : ok('memory', words)
}

function memory(): { total: number; free: number } {
  const limit = process.constrainedMemory()
  const total = limit > 0 ? Math.min(limit, totalmem()) : totalmem()
  return { total, free: Math.min(freemem(), total) }
}

/** Graphics cards, as their drivers see them. */
export async function checkGpu(): Promise<DoctorFinding> {
  const cards = await output('nvidia-smi', ['--query-gpu=name,memory.total,driver_version', '--format=csv,noheader'])
  const loader = missingVulkanLoader()
  if (cards !== undefined && loader === undefined) return ok('gpu', cards.split('\n').join('; '))
  if (cards !== undefined) return note('gpu', cards.split('\n').join('; '), `for the back end webgpu, ${loader}`)
  return loader === undefined
    ? note('gpu', 'no NVIDIA driver; the back end webgpu below says what Vulkan, Metal or Direct3D have')
    : note('gpu', 'none found', `if this machine has one, ${loader}`)
}

/** Python and what a member's own program may use. */
export async function checkPython(): Promise<DoctorFinding> {
  const script = [
    'import importlib.util as u, sys',
    'has = [n for n in ("quorate", "torch", "flwr", "sklearn", "transformers") if u.find_spec(n)]',
    'print(sys.version.split()[0], "with " + ", ".join(has) if has else "")',
    'import torch; print("torch", torch.__version__, "on", torch.cuda.get_device_name(0) if torch.cuda.is_available() else "the processor")',
  ].join('\n')
  const found = await output('python3', ['-c', script])
  if (found === undefined)
    return note('python', 'no python3', 'members need it only for programs of their own (docs/python.md): apt install python3')
  const text = found.split('\n').join('; ').trim()
  return text.includes('quorate')
    ? ok('python', text)
    : note('python', text, 'for programs of your own: pip install ./python (docs/python.md)')
}

/** Whether the clock of the system is kept, where the system says so. */
export async function checkClock(): Promise<DoctorFinding> {
  const kept = await output('timedatectl', ['show', '-p', 'NTPSynchronized', '--value'])
  const time = new Date().toISOString()
  if (kept === 'yes') return ok('clock', `${time}, kept by NTP`)
  return note('clock', time, 'compare it with another clock: statements count by time. timedatectl set-ntp true keeps it')
}

/** Undefined where there is no such program. A program that fails gives what it printed until then. */
async function output(command: string, args: readonly string[]): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(command, args, { timeout: MOST_MS }, (_error, stdout) => resolve(stdout.trim() === '' ? undefined : stdout.trim()))
  })
}
