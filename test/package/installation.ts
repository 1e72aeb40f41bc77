import { execFile, execFileSync, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'

const ROOT = resolve(import.meta.dirname, '../..')
/** The user without rights, where the tests run as root. */
const NOBODY = 65_534

export type Event = Record<string, unknown> & { event: string }

interface Ended {
  code: number
  stdout: string
  stderr: string
}

/**
 * The package as users get it: packed, installed with `npm install -g` under a prefix of its own by a user without
 * rights, in folders whose names have spaces and letters outside ASCII.
 */
export class Installation {
  readonly folder: string
  readonly prefix: string
  /** Working folder of commands, outside the package and the repository. */
  readonly work: string
  readonly #running = new Map<string, ChildProcess>()

  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), 'quorate paket '))
    this.prefix = join(this.folder, 'préfixe 安装')
    this.work = join(this.folder, 'Arbeit für 研究')
    for (const path of [this.folder, this.prefix, this.work, this.#home]) this.#own(path)
  }

  /** Builds, packs and installs. Returns what npm said. */
  async install(): Promise<Ended> {
    const built = join(this.folder, 'built')
    execFileSync(process.execPath, ['scripts/build.ts', built], { cwd: ROOT, stdio: 'pipe' })
    const packed = execFileSync('npm', ['pack', built, '--pack-destination', this.folder, '--silent'], { encoding: 'utf8' })
    rmSync(built, { recursive: true })
    return this.#run('npm', ['install', '-g', '--prefix', this.prefix, join(this.folder, packed.trim())])
  }

  get package(): string {
    return join(this.prefix, 'lib/node_modules/@quorate/node')
  }

  /** MiB of disk that the installation takes. */
  get size(): number {
    return Number(execFileSync('du', ['-sm', this.prefix], { encoding: 'utf8' }).split('\t')[0])
  }

  /** Names of the installed packages, with scopes. */
  get dependencies(): string[] {
    const modules = join(this.package, 'node_modules')
    return readdirSync(modules).flatMap((name) =>
      name.startsWith('@') ? readdirSync(join(modules, name)).map((inner) => `${name}/${inner}`) : [name],
    )
  }

  /** Runs `quorate …args` to its end. */
  async quorate(...args: string[]): Promise<Ended> {
    return this.#run(join(this.prefix, 'bin/quorate'), args)
  }

  /** Runs `quorate …args --json` to its end and returns its last line with the exit code. */
  async json(...args: string[]): Promise<Event & { exit: number }> {
    const { code, stdout, stderr } = await this.quorate(...args, '--json')
    const line = stdout.trim().split('\n').at(-1)
    if (!line) throw new Error(`quorate ${args.join(' ')} ended with ${code} and said: ${stderr}`)
    return { ...(JSON.parse(line) as Event), exit: code }
  }

  /** Starts `quorate …args --json`; `onEvent` receives every line. */
  start(name: string, args: readonly string[], onEvent: (event: Event) => void): void {
    const [command, ...rest] = this.#as([join(this.prefix, 'bin/quorate'), ...args, '--json'])
    const child = spawn(command!, rest, { cwd: this.work, env: this.#env, stdio: ['ignore', 'pipe', 'inherit'] })
    this.#running.set(name, child)
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (line.startsWith('{')) onEvent({ ...(JSON.parse(line) as Event), from: name })
    })
  }

  /** Sends SIGTERM to the command, as a service manager does, and waits for its exit code. */
  async stop(name: string): Promise<number | null> {
    const child = this.#running.get(name)!
    this.#running.delete(name)
    const ended = once(child, 'exit')
    child.kill('SIGTERM')
    return ((await ended) as [number | null])[0]
  }

  async remove(): Promise<void> {
    for (const child of this.#running.values()) child.kill('SIGKILL')
    rmSync(this.folder, { recursive: true, force: true })
  }

  get #home(): string {
    return join(this.folder, 'home')
  }

  /** The environment of a login: the Node of this machine, nothing of the npm script that runs the test. */
  get #env(): NodeJS.ProcessEnv {
    const kept = Object.entries(process.env).filter(([name]) => !/^(npm_|NODE$|NODE_OPTIONS$|VITEST|INIT_CWD$)/i.test(name))
    const PATH = process.env['PATH']!.split(':')
      .filter((path) => !path.includes('node_modules'))
      .join(':')
    return { ...Object.fromEntries(kept), PATH, HOME: this.#home }
  }

  #own(path: string): void {
    mkdirSync(path, { recursive: true })
    if (process.getuid!() === 0) chownSync(path, NOBODY, NOBODY)
  }

  #as(command: string[]): string[] {
    if (process.getuid!() !== 0) return command
    return ['setpriv', `--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', ...command]
  }

  async #run(command: string, args: readonly string[]): Promise<Ended> {
    const [file, ...rest] = this.#as([command, ...args])
    return promisify(execFile)(file!, rest, { cwd: this.work, env: this.#env }).then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      (error: Ended) => ({ code: error.code, stdout: error.stdout, stderr: error.stderr }),
    )
  }
}
