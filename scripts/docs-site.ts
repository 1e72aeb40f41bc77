// Builds the documentation as a static site: node scripts/docs-site.ts [FOLDER]. It needs no server: open FOLDER/index.html.
import { join, resolve } from 'node:path'
import { buildSite } from './docs/site/build-site.ts'

const root = join(import.meta.dirname, '..')
const out = resolve(process.argv[2] ?? join(root, 'site'))
try {
  const pages = buildSite(root, out)
  console.log(`${pages.length} pages: open ${join(out, 'index.html')}`)
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 1
}
