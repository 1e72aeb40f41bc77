// Builds the package that people install, in dist/: JavaScript and declarations (Node strips no types under node_modules), the compiled
// kernels, SQL files, the page of the dashboard, the `quorate` command, a manifest, and the packages that it needs without the files that Node does not load. `npm run package` makes a tarball of it.
// Another folder than dist/ may be named: node scripts/build.ts FOLDER
import { execFileSync } from 'node:child_process'
import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { bundlePackages } from './build/bundle-packages.ts'
import { packageManifest } from './build/package-manifest.ts'
import type { RepositoryManifest } from './build/package-manifest.ts'
import { rewriteEntries } from './build/rewrite-entries.ts'

const root = join(import.meta.dirname, '..')
const dist = resolve(process.argv[2] ?? join(root, 'dist'))
const DOCUMENTS = ['README.md', 'LICENSE', 'CHANGELOG.md', 'SECURITY.md', 'docs', 'templates']

rmSync(dist, { recursive: true, force: true })
execFileSync(join(root, 'node_modules/.bin/tsc'), ['-p', 'tsconfig.build.json', '--outDir', dist], {
  cwd: root,
  stdio: 'inherit',
})
const entries = rewriteEntries(dist)
execFileSync(
  join(root, 'node_modules/.bin/vite'),
  ['build', '--config', 'dashboard/vite.config.ts', '--outDir', join(dist, 'dashboard/dist'), '--logLevel', 'warn'],
  { cwd: root, stdio: 'inherit' },
)

for (const name of readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })) {
  if (/\.(wasm|sql)$/.test(name)) cpSync(join(root, 'src', name), join(dist, 'src', name))
}
for (const name of ['bin', ...DOCUMENTS]) cpSync(join(root, name), join(dist, name), { recursive: true })
// Of the Python package what pip needs.
for (const name of ['pyproject.toml', 'quorate'])
  cpSync(join(root, 'python', name), join(dist, 'python', name), {
    recursive: true,
    filter: (path) => !path.endsWith('__pycache__'),
  })

const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as RepositoryManifest
const bundled = bundlePackages(manifest.dependencies, join(root, 'node_modules'), join(dist, 'node_modules'))
writeFileSync(join(dist, 'package.json'), `${JSON.stringify(packageManifest(manifest, bundled), null, 2)}\n`)
console.error(`${dist}: ${entries.length} entries of threads and processes, ${bundled.length} bundled packages`)
