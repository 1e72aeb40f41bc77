import { cpSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Packages with binaries, of which npm has to choose those of the machine. */
const NATIVE = ['@duckdb/node-api', 'sharp']

interface Manifest {
  dependencies?: Record<string, string>
  peerDependencies?: Record<string, string>
  peerDependenciesMeta?: Record<string, { optional?: boolean }>
}

/**
 * Copies the packages that a package depends on, and what these depend on, into `node_modules` of the package, without what Node does not load. Each tfjs package
 * brings seven builds of itself, viem, hono, zod and protobuf bring two, and many bring source maps and sources: 200 MiB of files that nobody reads. Declarations of types come
 * along.
 *
 * @param roots names and versions, as a manifest has them
 * @returns the packages copied, which the manifest must name as bundled
 */
export function bundlePackages(roots: Readonly<Record<string, string>>, from: string, to: string): string[] {
  const wanted = Object.keys(roots).filter((name) => !NATIVE.includes(name))
  for (const name of wanted) {
    for (const dependency of hoistedFor(join(from, name), from)) if (!wanted.includes(dependency)) wanted.push(dependency)
  }
  for (const name of wanted) {
    const source = join(from, name)
    cpSync(source, join(to, name), { recursive: true, filter: (path) => isRuntime(name, path.slice(source.length + 1)) })
  }
  return wanted.toSorted()
}

/** Packages at the top of `modules` that the package at `path` needs, and those nested in it. */
function hoistedFor(path: string, modules: string): string[] {
  const nested = packagesIn(join(path, 'node_modules')).flatMap((inner) => hoistedFor(inner, modules))
  const { dependencies, peerDependencies = {}, peerDependenciesMeta = {} } = readManifest(path)
  const peers = Object.keys(peerDependencies).filter((name) => !peerDependenciesMeta[name]?.optional)
  const needed = [...Object.keys(dependencies ?? {}), ...peers]
  return [...nested, ...needed.filter((name) => existsSync(join(modules, name)) && !isNested(path, name, modules))]
}

/** Whether Node finds the package below the top when one at `path` asks for it. */
function isNested(path: string, name: string, modules: string): boolean {
  for (let at = path; at !== modules; at = dirname(at)) if (existsSync(join(at, 'node_modules', name))) return true
  return false
}

function packagesIn(modules: string): string[] {
  if (!existsSync(modules)) return []
  return readdirSync(modules).flatMap((name) => {
    if (name.startsWith('.')) return []
    return name.startsWith('@')
      ? readdirSync(join(modules, name)).map((inner) => join(modules, name, inner))
      : [join(modules, name)]
  })
}

function readManifest(path: string): Manifest {
  return JSON.parse(readFileSync(join(path, 'package.json'), 'utf8')) as Manifest
}

/** Whether a path inside a package is needed to run it under Node, to check types against it, or to know its licence. Folders pass. */
function isRuntime(name: string, path: string): boolean {
  const file = path.slice(path.lastIndexOf('/') + 1)
  if (file.endsWith('.map') || (/\.[cm]?ts$/.test(file) && !/\.d\.[cm]?ts$/.test(file))) return false
  const at = `${name}/${path}`
  // Everything that uses these imports modules.
  if (/(^|\/)((viem|ox)\/_cjs|hono\/dist\/cjs|@bufbuild\/protobuf\/dist\/cjs)(\/|$)/.test(at) || /^zod\/.*\.cjs$/.test(at))
    return false
  // Two megabytes of samples.
  if (/^bintrees\/(test|examples|dist)(\/|$)/.test(at)) return false
  return !name.startsWith('@tensorflow/') || isTfjsRuntime(path, file)
}

/** Of the builds of tfjs, the one that Node loads. */
function isTfjsRuntime(path: string, file: string): boolean {
  if (path.startsWith('node_modules/')) return true
  if (/_test\.d\.ts$|^test_/.test(file) || /^(src|demo|scripts)(\/|$)/.test(path)) return false
  return !/\.\w+$/.test(file) || /\.node\.js$|\.d\.ts$|\.wasm$|^package\.json$|^(README|LICENSE)/.test(file)
}
