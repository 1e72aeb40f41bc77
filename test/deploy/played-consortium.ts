import { spawn, spawnSync } from 'node:child_process'
import type { ChildProcess, SpawnSyncReturns } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { COMPOSE_FOLDER, readComposeFile, startOrder } from './compose-file.ts'
import type { Service } from './compose-file.ts'
import { firstChild, programOf } from './namespaced-child.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const STATE = '/var/lib/quorate'
/** Of the image: its folder, which has the script of HEALTHCHECK. */
const IMAGE = '/opt/quorate'
/** Nothing is decided by it but failure. */
const WAIT_MS = 600_000

/** Whether a consortium can be played here: bubblewrap, and the rights to enter the network of others. */
export const canPlayConsortia = process.getuid?.() === 0 && spawnSync('bwrap', ['--version']).status === 0

/**
 * The services of deploy/compose that this repository builds, without a container engine: each is a plain process with the command, the variables and the
 * health check of the compose file. They have a network of their own, in which the name of every service is this machine, the volume of the consortium
 * and the scripts where the containers have them. The program is the one of this repository instead of the image, which image.test.ts builds.
 */
export class PlayedConsortium {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'quorate-compose-'))
  /** In the order in which Compose starts them. */
  readonly services: readonly [name: string, service: Service][]
  readonly #running = new Map<string, ChildProcess>()
  #network: ChildProcess | undefined

  constructor() {
    const file = readComposeFile()
    this.services = startOrder(file)
      .map((name): [string, Service] => [name, file.services[name]!])
      .filter(([, { build }]) => build !== undefined)
    mkdirSync(join(this.folder, 'state'))
    writeFileSync(join(this.folder, 'hosts'), `127.0.0.1 localhost ${this.services.map(([name]) => name).join(' ')}\n`)
  }

  /** Makes the network, which lasts until `end`. */
  async begin(): Promise<void> {
    this.#network = spawn('bwrap', ['--unshare-net', '--dev-bind', '/', '/', '--die-with-parent', 'sleep', 'infinity'])
    while (firstChild(this.#network.pid!) === 0) await sleep(50)
  }

  /** Starts a service and waits, as Compose does before it starts the next one, until it is healthy or, if it has no health check, has ended with 0. */
  async start(name: string, { entrypoint = ['quorate'], command = [], environment = {}, healthcheck }: Service): Promise<void> {
    const log = openSync(this.#log(name), 'w')
    const [program, ...args] = this.#inside([...entrypoint, ...command], environment)
    const child = spawn(program!, args, { stdio: ['ignore', log, log] })
    if (healthcheck?.disable) {
      const [code] = (await once(child, 'exit')) as [number | null]
      if (code !== 0) throw new Error(`${name} ended with ${code}: ${this.said(name).slice(-3000)}`)
      return
    }
    this.#running.set(name, child)
    await this.until(() => {
      if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}: ${this.said(name).slice(-3000)}`)
      return this.#run(healthcheck!.test!.slice(1), environment).status === 0
    }, `${name} is healthy`)
  }

  /** Ends a service as `docker compose stop` does, and returns its exit code. */
  async stop(name: string): Promise<number | null> {
    const child = this.#running.get(name)!
    const ended = once(child, 'exit')
    process.kill(programOf(child.pid!), 'SIGTERM')
    const [code] = (await ended) as [number | null]
    this.#running.delete(name)
    return code
  }

  /** Runs `quorate …args` beside the services. */
  quorate(...args: string[]): SpawnSyncReturns<string> {
    return this.#run(['quorate', ...args], {})
  }

  /** What `docker compose logs` shows of a service. */
  said(name: string): string {
    return readFileSync(this.#log(name), 'utf8')
  }

  /** A file of the volume. */
  file(path: string): string {
    return readFileSync(join(this.folder, 'state', path), 'utf8')
  }

  async until(holds: () => boolean, what: string): Promise<void> {
    const end = Date.now() + WAIT_MS
    while (!holds()) {
      if (Date.now() > end)
        throw new Error(`waited in vain until ${what}: ${this.services.map(([name]) => this.#lastLines(name)).join('')}`)
      await sleep(1000)
    }
  }

  end(): void {
    for (const child of this.#running.values()) child.kill('SIGKILL')
    this.#network?.kill('SIGKILL')
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 250 })
  }

  #log(name: string): string {
    return join(this.folder, `${name}.log`)
  }

  #lastLines(name: string): string {
    return this.#running.has(name) ? `\n── ${name}\n${this.said(name).slice(-800)}` : ''
  }

  #run(command: readonly string[], environment: Record<string, string>): SpawnSyncReturns<string> {
    const [program, ...args] = this.#inside(command, environment)
    return spawnSync(program!, args, { encoding: 'utf8' })
  }

  /** The command line that runs a command in the network, with the files of the containers. */
  #inside(command: readonly string[], environment: Record<string, string>): string[] {
    const network = `/proc/${firstChild(this.#network!.pid!)}/ns/net`
    const machine = ['--bind', '/', '/', '--dev', '/dev', '--proc', '/proc', '--tmpfs', '/opt', '--tmpfs', '/mnt']
    const health = ['--ro-bind', join(ROOT, 'deploy/container/healthcheck.mjs'), `${IMAGE}/healthcheck.mjs`]
    const state = ['--tmpfs', '/var/lib', '--bind', join(this.folder, 'state'), STATE]
    const scripts = ['--ro-bind', join(COMPOSE_FOLDER, 'tutorial'), '/mnt/tutorial']
    const hosts = ['--ro-bind', join(this.folder, 'hosts'), '/etc/hosts']
    const path = [join(ROOT, 'bin'), join(ROOT, 'node_modules/.bin'), '/usr/bin', '/bin'].join(':')
    const variables = Object.entries({ ...environment, PATH: path }).flatMap(([name, value]) => ['--setenv', name, value])
    const apart = ['--chdir', STATE, '--unshare-pid', '--die-with-parent']
    return [
      'nsenter',
      `--net=${network}`,
      'bwrap',
      ...machine,
      ...health,
      ...state,
      ...scripts,
      ...hosts,
      ...variables,
      ...apart,
      ...command,
    ]
  }
}
