import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'

const ROOT = resolve(import.meta.dirname, '../../..')
const QUORATE = resolve(ROOT, 'bin/quorate')
/** `npx` as a reader's machine resolves it: the program of this checkout, and the tools that `npm ci` installed. */
const NPX = `npx() {
  local name=$1; shift
  if [ "$name" = quorate ]; then "${QUORATE}" "$@"; else "${ROOT}/node_modules/.bin/$name" "$@"; fi
}
`

/** Runs a block of shell commands in a folder to its end and returns its stdout. Fails with its stderr when a command fails. */
export async function runShell(script: string, folder: string): Promise<string> {
  const child = spawn('bash', ['-euo', 'pipefail', '-c', `${NPX}${script}`], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (data: Buffer) => (stdout += data.toString()))
  child.stderr.on('data', (data: Buffer) => (stderr += data.toString()))
  const [code] = (await once(child, 'close')) as [number]
  if (code !== 0) throw new Error(`exit code ${code} of\n${script}\n${stderr}`)
  return stdout
}

/** A program that a reader starts in a terminal of its own. */
export class Terminal {
  readonly #child: ChildProcess
  readonly #name: string
  readonly #looks = new Set<() => void>()
  #shown = ''
  #ended = false
  #stopping = false

  /** @param command `npx quorate …`, on one line */
  constructor(command: string, folder: string) {
    const [npx, quorate, ...args] = command.trim().split(/\s+/)
    if (npx !== 'npx' || quorate !== 'quorate') throw new Error(`not a quorate command: ${command}`)
    this.#name = command
    this.#child = spawn(QUORATE, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] })
    for (const stream of [this.#child.stdout!, this.#child.stderr!])
      stream.on('data', (data: Buffer) => {
        this.#shown += data.toString()
        for (const look of this.#looks) look()
      })
    this.#child.on('exit', () => {
      this.#ended = true
      for (const look of this.#looks) look()
    })
  }

  /** Everything shown so far. */
  get shown(): string {
    return this.#shown
  }

  /** Waits until the output matches. Fails when the program ends before, or after `waitMs`. */
  async shows(pattern: RegExp, waitMs: number): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const fail = (what: string): void => done(() => reject(new Error(`${this.#name}: ${what}\n${this.#shown.slice(-4000)}`)))
      const timer = setTimeout(() => fail(`did not show ${pattern}`), waitMs)
      const look = (): void => {
        const match = pattern.exec(this.#shown)
        if (match) return done(() => resolve(match))
        if (this.#ended && !this.#stopping) fail('ended')
      }
      const done = (settle: () => void): void => {
        clearTimeout(timer)
        this.#looks.delete(look)
        settle()
      }
      this.#looks.add(look)
      look()
    })
  }

  /** Ctrl-C, and waits for the end. */
  async stop(): Promise<void> {
    this.#stopping = true
    if (this.#ended) return
    const gone = once(this.#child, 'exit')
    this.#child.kill('SIGINT')
    await gone
  }
}
