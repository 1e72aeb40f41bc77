import { execFile } from 'node:child_process'
import { statfs } from 'node:fs/promises'
import { availableParallelism, cpus, freemem, totalmem } from 'node:os'
import { missingVulkanLoader } from '../../src/gpu/index.ts'
import { note, ok } from './finding.ts'
import type { DoctorFinding } from './finding.ts'

const GiB = 1024 ** 3
/** Disk below which a node is told to look for more. */
const LITTLE_DISK = 5 * GiB
/** How long a program that is asked may take, ms. */
const MOST_MS = 20_000

/** Node, processor, memory, disk. */
export async function checkMachine(folder: string): Promise<DoctorFinding[]> {
  const { bavail, bsize } = await statfs(folder)
  const free = bavail * bsize
  const disk = `${(free / GiB).toFixed(1)} GiB free at ${folder}`
  return [
    ok('node', `${process.version} for ${process.platform} on ${process.arch}`),
    ok('processor', `${availableParallelism()} cores, ${cpus()[0]?.model.trim() ?? 'of unknown make'}`),
    ok('memory', `${(freemem() / GiB).toFixed(1)} of ${(totalmem() / GiB).toFixed(1)} GiB free`),
    free < LITTLE_DISK
      ? note('disk', disk, 'keep 5 GiB free: a node keeps the evidence of `keepRounds` rounds (docs/operations.md)')
      : ok('disk', disk),
  ]
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
