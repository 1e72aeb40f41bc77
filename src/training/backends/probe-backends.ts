import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { backendNames } from './backend.ts'
import type { BackendName } from './backend.ts'

/** What one back end does on this machine. */
export interface ProbedBackend {
  name: BackendName
  starts: boolean
  /** The device, or why it does not start. */
  detail: string
  /** 10⁹ floating-point operations a second, multiplying matrices of 512 × 512 and reading each product back. */
  gigaflops?: number
}

/** A driver may hang. */
const MOST_MS = 60_000
const PROGRAM = fileURLToPath(new URL('./probe-program.ts', import.meta.url))

/**
 * Starts every back end of tfjs, each in a process of its own, one after the other so that their rates compare. Fastest first, as `auto` would take them.
 *
 * @example const [first] = (await probeBackends()).filter(({ starts }) => starts)
 */
export async function probeBackends(signal?: AbortSignal): Promise<ProbedBackend[]> {
  const probed: ProbedBackend[] = []
  for (const name of backendNames) probed.push(await probe(name, signal))
  return probed
}

async function probe(name: BackendName, signal?: AbortSignal): Promise<ProbedBackend> {
  return new Promise((resolve) => {
    execFile(process.execPath, [PROGRAM, name], { timeout: MOST_MS, signal }, (error, stdout) => {
      const line = stdout.trim().split('\n').at(-1) ?? ''
      if (line.startsWith('{')) return resolve(JSON.parse(line) as ProbedBackend)
      const killed = error?.signal ?? undefined
      resolve({
        name,
        starts: false,
        detail: killed === undefined ? `its process ended with ${error?.code ?? 0}` : `its process was ended by ${killed}`,
      })
    })
  })
}
