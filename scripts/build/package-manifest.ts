/** What the build reads of the repository's package.json. */
export interface RepositoryManifest {
  name: string
  version: string
  description: string
  license: string
  type: string
  engines: Record<string, string>
  bin: Record<string, string>
  exports: Record<string, string>
  dependencies: Record<string, string>
  optionalDependencies: Record<string, string>
  peerDependencies: Record<string, string>
  peerDependenciesMeta: Record<string, { optional: boolean }>
}

/** Fields that mean the same in both. */
const KEPT = [
  'name',
  'version',
  'description',
  'license',
  'type',
  'engines',
  'bin',
  'dependencies',
  'optionalDependencies',
  'peerDependencies',
  'peerDependenciesMeta',
] as const

/** The package.json of the installed package: no scripts, no development dependencies, exports of what was emitted. */
export function packageManifest(repository: RepositoryManifest, bundled: readonly string[]): Record<string, unknown> {
  const exports = Object.fromEntries(Object.entries(repository.exports).map(([part, source]) => [part, emitted(source)]))
  const kept = Object.fromEntries(KEPT.map((field) => [field, repository[field]]))
  return { ...kept, exports, bundleDependencies: bundled }
}

/** `./src/core/index.ts` → its declarations and its JavaScript; any other file stands for itself. */
function emitted(source: string): string | { types: string; default: string } {
  if (!source.endsWith('.ts')) return source
  const base = source.slice(0, -'.ts'.length)
  return { types: `${base}.d.ts`, default: `${base}.js` }
}
