import { execFileSync, spawn, spawnSync } from 'node:child_process'
import type { ChildProcess, SpawnSyncReturns } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { buildContext } from './build-context.ts'
import { pairsOf, readDockerfile } from './dockerfile.ts'
import type { Stage, Step } from './dockerfile.ts'

const ROOT = resolve(import.meta.dirname, '../..')

/** Whether images can be played here: bubblewrap, and the rights to give files to other users. */
export const canPlayImages = process.getuid?.() === 0 && spawnSync('bwrap', ['--version']).status === 0

/** What the configuration of an image says. */
interface Settings {
  env: Record<string, string>
  folder: string
  user: string
  entrypoint: string[]
  command: string[]
  healthcheck: string[]
  stopSignal: string
  volumes: string[]
}

/**
 * The image of a Dockerfile, played without a container engine. Each stage is a folder with the root of a machine; programs of the base image are those
 * of this machine (`/usr`, which must have Node and npm). RUN and the programs of the image run in bubblewrap.
 */
export class PlayedImage {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'quorate-image-'))
  readonly #stages: Stage[]
  readonly #built = new Map<string, Settings>()

  constructor(dockerfile: string) {
    this.#stages = readDockerfile(dockerfile)
  }

  /** Builds a stage and the stages that it needs. The last one by default, as `docker build` does. */
  build(name: string = this.#stages.at(-1)!.name): void {
    if (this.#built.has(name)) return
    const stage = this.#stages.find((one) => one.name === name)
    if (!stage) throw new Error(`the Dockerfile has no stage ${name}`)
    const settings = this.#begin(stage)
    for (const step of stage.steps) this.#play(name, step, settings)
    this.#built.set(name, settings)
  }

  settings(stage: string): Settings {
    const settings = this.#built.get(stage)
    if (!settings) throw new Error(`the stage ${stage} is not built`)
    return settings
  }

  /** Runs a program of the image with a read-only root to its end, as its user. Only its volumes and /tmp can be written. */
  run(stage: string, command: readonly string[], state: string): SpawnSyncReturns<string> {
    const [program, ...args] = this.#contained(stage, command, state)
    return spawnSync(program!, args, { encoding: 'utf8', env: { PATH: process.env['PATH'] } })
  }

  start(stage: string, command: readonly string[], state: string): ChildProcess {
    const [program, ...args] = this.#contained(stage, command, state)
    return spawn(program!, args, { env: { PATH: process.env['PATH'] }, stdio: ['ignore', 'pipe', 'pipe'] })
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }

  #rootOf(stage: string): string {
    return join(this.folder, stage)
  }

  /** A copy of the stage that it begins from, or the root of this machine. */
  #begin({ name, from }: Stage): Settings {
    const root = this.#rootOf(name)
    if (this.#stages.some((stage) => stage.name === from)) {
      this.build(from)
      cpSync(this.#rootOf(from), root, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true })
      // Copies belong to who makes them.
      const { volumes, user } = this.settings(from)
      for (const volume of volumes) execFileSync('chown', [user, join(root, volume)])
      return structuredClone(this.settings(from))
    }
    for (const made of ['etc', 'tmp', 'var/lib', 'root', 'opt', 'run', 'proc', 'dev', 'usr'])
      mkdirSync(join(root, made), { recursive: true })
    chmodSync(join(root, 'tmp'), 0o1777)
    for (const link of ['bin', 'sbin', 'lib', 'lib64'])
      if (existsSync(`/usr/${link}`)) symlinkSync(`usr/${link}`, join(root, link))
    for (const file of ['passwd', 'group', 'hosts', 'resolv.conf', 'nsswitch.conf', 'ssl', 'npmrc', 'ld.so.cache'])
      if (existsSync(join('/etc', file)))
        cpSync(join('/etc', file), join(root, 'etc', file), { recursive: true, dereference: true })
    return {
      env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
      folder: '/',
      user: '0:0',
      entrypoint: [],
      command: [],
      healthcheck: [],
      stopSignal: 'SIGTERM',
      volumes: [],
    }
  }

  #play(stage: string, { keyword, text, flags }: Step, settings: Settings): void {
    const list = (json: string): string[] => JSON.parse(json) as string[]
    switch (keyword) {
      case 'COPY':
        return this.#copy(stage, text, flags['from'], settings)
      case 'RUN':
        return this.#runStep(stage, text, settings)
      case 'WORKDIR':
        settings.folder = text
        mkdirSync(join(this.#rootOf(stage), text), { recursive: true })
        return
      case 'ENV':
        Object.assign(settings.env, Object.fromEntries(pairsOf(text)))
        return
      case 'USER':
        settings.user = text
        return
      case 'VOLUME':
        settings.volumes.push(text)
        return
      case 'STOPSIGNAL':
        settings.stopSignal = text
        return
      case 'ENTRYPOINT':
        settings.entrypoint = list(text)
        return
      case 'CMD':
        settings.command = list(text)
        return
      case 'HEALTHCHECK':
        settings.healthcheck = list(text.slice(text.indexOf('[')))
        return
      case 'LABEL':
        return
      default:
        throw new Error(`this test cannot play ${keyword}`)
    }
  }

  #copy(stage: string, text: string, from: string | undefined, { folder }: Settings): void {
    const words = text.split(/\s+/)
    if (from) this.build(from)
    const source = from ? this.#rootOf(from) : this.#context()
    const target = words.pop()!
    const to = join(this.#rootOf(stage), resolve(folder, target))
    for (const word of words) {
      const path = join(source, word)
      const into = target.endsWith('/') && word !== '.' ? join(to, word.split('/').at(-1)!) : to
      cpSync(path, into, { recursive: true, verbatimSymlinks: true })
    }
  }

  /** What the engine sends to the builder. */
  #context(): string {
    const context = join(this.folder, 'context')
    if (existsSync(context)) return context
    mkdirSync(context)
    for (const path of buildContext()) cpSync(join(ROOT, path), join(context, path), { recursive: true })
    return context
  }

  #runStep(stage: string, script: string, { env, folder }: Settings): void {
    const home = homedir()
    const root = this.#rootOf(stage)
    // The way to the registry, as an engine hands proxies to RUN.
    const way = Object.entries(process.env).filter(([name]) => /_proxy$|CA_CERTS$|^SSL_CERT/i.test(name))
    const trusted = way.map(([, value]) => value!).filter((path) => path.startsWith('/') && existsSync(path))
    const settings = Object.entries({ ...env, ...Object.fromEntries(way), HOME: home }).flatMap(([name, value]) => [
      '--setenv',
      name,
      value,
    ])
    // The registry that this machine's npm uses, and what npm has fetched before.
    const npm = ['.npmrc', '.npm'].map((name) => join(home, name)).filter((path) => existsSync(path))
    mkdirSync(join(root, home), { recursive: true })
    const machine = ['--bind', root, '/', '--ro-bind', '/usr', '/usr', '--proc', '/proc', '--dev', '/dev', '--tmpfs', '/tmp']
    const fetched = [...npm.flatMap((path) => ['--bind', path, path]), ...trusted.flatMap((path) => ['--ro-bind', path, path])]
    const shell = ['--chdir', folder, '--die-with-parent', '/bin/sh', '-c', script]
    const wrapped = [...machine, '--clearenv', ...fetched, ...settings, ...shell]
    const { status, stderr, stdout } = spawnSync('bwrap', wrapped, { encoding: 'utf8', maxBuffer: 2 ** 26 })
    for (const name of readdirSync(join(root, home))) rmSync(join(root, home, name), { recursive: true, force: true })
    if (status !== 0) throw new Error(`RUN ${script} ended with ${status}: ${stdout.slice(-2000)}${stderr.slice(-4000)}`)
  }

  #contained(stage: string, command: readonly string[], state: string): string[] {
    const { env, user, folder, volumes } = this.settings(stage)
    const [uid, gid] = user.split(':')
    const settings = Object.entries(env).flatMap(([name, value]) => ['--setenv', name, value])
    const machine = ['--ro-bind', this.#rootOf(stage), '/', '--ro-bind', '/usr', '/usr', '--proc', '/proc', '--dev', '/dev']
    const written = ['--tmpfs', '/tmp', '--chmod', '1777', '/tmp', ...volumes.flatMap((volume) => ['--bind', state, volume])]
    const apart = ['--clearenv', '--unshare-pid', '--die-with-parent', '--chdir', folder]
    const as = ['/usr/bin/setpriv', `--reuid=${uid!}`, `--regid=${gid!}`, '--clear-groups', '--no-new-privs']
    return ['bwrap', ...machine, ...written, ...apart, ...settings, '--', ...as, ...command]
  }
}
