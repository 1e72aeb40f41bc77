import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createInterface } from 'node:readline'
import { parseEvent } from '../../src/node/index.ts'
import type { NodeEvent } from '../../src/node/index.ts'
import { writeControl } from './control.ts'
import type { Control } from './control.ts'
import type { Moment } from './moment.ts'
import { HALTED } from './preload/halt.ts'

const PRELOAD = fileURLToPath(new URL('./preload/index.ts', import.meta.url))
/** Time that a program has to end by itself, ms. */
const STOP_MS = 60_000

export type ProgramState = 'down' | 'up' | 'frozen'

export interface ProgramOptions {
  name: string
  /** The entry script. */
  script: string
  args: readonly string[]
  /** Loopback address that its connections come from. */
  address: string
  controlFile: string
  /** Where it writes down what it signs. */
  saidFile: string
  /** Where stderr is appended. */
  errorFile: string
  dataFolder: string
  /** Module that is loaded before the script; default the one with a clock, a disk and connections that can go wrong. */
  preload?: string
  /** Receives each event it prints. */
  onEvent: (event: NodeEvent) => void
  /** It ended, and nobody had asked. */
  onDeath: (program: Program, how: string) => void
}

/** One real program of the consortium, which is started, broken and started again. */
export class Program {
  readonly name: string
  readonly dataFolder: string
  readonly saidFile: string
  readonly controlFile: string
  /** Starts so far. */
  starts = 0
  #state: ProgramState = 'down'
  #child: ChildProcess | undefined
  #exited: Promise<unknown> = Promise.resolve()
  #stopping = false
  #tail = ''
  readonly #options: ProgramOptions
  #control: Control = {}
  /** The orders to stand still that are in force, by their id, and what to do when one is obeyed. */
  readonly #halts = new Map<number, { at: Moment; onHalted: () => void }>()
  #lastHalt = 0

  constructor(options: ProgramOptions) {
    this.#options = options
    this.name = options.name
    this.dataFolder = options.dataFolder
    this.saidFile = options.saidFile
    this.controlFile = options.controlFile
    writeControl(options.controlFile, {})
  }

  get state(): ProgramState {
    return this.#state
  }

  get pid(): number | undefined {
    return this.#state === 'down' ? undefined : this.#child?.pid
  }

  start(): void {
    if (this.#state !== 'down') return
    const { script, args, preload = PRELOAD, address, controlFile, saidFile, errorFile, onEvent, onDeath } = this.#options
    this.starts++
    this.#stopping = false
    this.#state = 'up'
    this.#tail = ''
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '--import', preload, script, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, CHAOS_CONTROL: controlFile, CHAOS_ADDRESS: address, CHAOS_SAID: saidFile },
    })
    this.#child = child
    const errors = createWriteStream(errorFile, { flags: 'a' })
    child.stderr.on('data', (data: Buffer) => {
      errors.write(data)
      this.#tail = (this.#tail + data.toString()).slice(-2000)
    })
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith(HALTED)) return this.#halts.get(Number(line.slice(HALTED.length)))?.onHalted()
      const event = parseEvent(line)
      if (event) onEvent(event)
    })
    this.#exited = once(child, 'close').then(([code, signal]) => {
      errors.end()
      if (this.#child !== child) return
      this.#state = 'down'
      if (!this.#stopping)
        onDeath(this, `${signal ?? `exit code ${code}`}: ${this.#tail.trim().split('\n').slice(-4).join(' | ')}`)
    })
  }

  /** As a power cut would. */
  async kill(): Promise<void> {
    if (this.#state === 'down') return
    this.#stopping = true
    this.#child!.kill('SIGKILL')
    await this.#exited
  }

  /** Asks it to end. Resolves to whether it did so by itself. */
  async stop(): Promise<boolean> {
    if (this.#state === 'down') return true
    this.thaw()
    this.#halts.clear()
    this.#orderHalts()
    this.#stopping = true
    this.#child!.kill('SIGTERM')
    let killed = false
    const timer = setTimeout(() => {
      killed = true
      this.#child!.kill('SIGKILL')
    }, STOP_MS)
    await this.#exited
    clearTimeout(timer)
    return !killed
  }

  freeze(): void {
    if (this.#state !== 'up') return
    this.#child!.kill('SIGSTOP')
    this.#state = 'frozen'
  }

  thaw(): void {
    if (this.#state !== 'frozen') return
    this.#child!.kill('SIGCONT')
    this.#state = 'up'
  }

  /**
   * It stands still when it enters a moment, once, until the returned function is called.
   *
   * @param onHalted it stands still now
   */
  haltAt(at: Moment, onHalted: () => void): () => void {
    const id = ++this.#lastHalt
    this.#halts.set(id, { at, onHalted })
    this.#orderHalts()
    return () => {
      if (this.#halts.delete(id)) this.#orderHalts()
    }
  }

  #orderHalts(): void {
    this.control({ halts: [...this.#halts].map(([id, { at }]) => ({ id, at })) })
  }

  /** Changes what is wrong inside it. */
  control(change: Control): void {
    this.#control = { ...this.#control, ...change }
    writeControl(this.#options.controlFile, this.#control)
  }
}
