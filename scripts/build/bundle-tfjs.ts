import { cpSync, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The parts of tfjs that the programs import. Everything that these packages import comes along. */
const ROOTS = [
  '@tensorflow/tfjs-backend-cpu',
  '@tensorflow/tfjs-backend-wasm',
  '@tensorflow/tfjs-backend-webgpu',
  '@tensorflow/tfjs-core',
  '@tensorflow/tfjs-layers',
]

interface Manifest {
  dependencies?: Record<string, string>
}

/**
 * Copies tfjs into `node_modules` of the package. Each tfjs package brings seven builds of itself with source maps, its tests and
 * its sources, 113 MB in all. Node loads one build and the WebAssembly files; with the declarations that is a tenth.
 *
 * @returns the packages copied, which the manifest must name as bundled
 */
export function bundleTfjs(from: string, to: string): string[] {
  const wanted = [...ROOTS]
  for (const name of wanted) {
    const { dependencies = {} } = JSON.parse(readFileSync(join(from, name, 'package.json'), 'utf8')) as Manifest
    for (const dependency of Object.keys(dependencies)) {
      const isNested = existsSync(join(from, name, 'node_modules', dependency))
      if (!isNested && !wanted.includes(dependency)) wanted.push(dependency)
    }
  }
  for (const name of wanted) {
    const source = join(from, name)
    const filter = (path: string): boolean => !ROOTS.includes(name) || isRuntime(path.slice(source.length + 1))
    cpSync(source, join(to, name), { recursive: true, filter })
  }
  return wanted.toSorted()
}

/** Whether a path inside a tfjs package is needed to run it under Node or to check types against it. Folders pass. */
function isRuntime(path: string): boolean {
  if (path.startsWith('node_modules/')) return true
  const name = path.slice(path.lastIndexOf('/') + 1)
  if (/_test\.d\.ts$|^test_/.test(name) || /^(src|demo|scripts)(\/|$)/.test(path)) return false
  return !/\.\w+$/.test(name) || /\.node\.js$|\.d\.ts$|\.wasm$|^package\.json$|^(README|LICENSE)/.test(name)
}
