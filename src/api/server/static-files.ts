import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'

/** A file of the dashboard. */
export interface StaticFile {
  bytes: Buffer
  type: string
  etag: string
  /** Whether its name changes with its content. */
  immutable: boolean
}

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.webmanifest': 'application/manifest+json',
  '.txt': 'text/plain; charset=utf-8',
}

/** Names that Vite makes: `index-Dk3f9x2A.js`. */
const HASHED = /-[\w-]{8}\.\w+$/

/**
 * The files of a folder, read once, by the path that asks for them; no other path leads to any file. A path without an extension gets the page that routes in the
 * browser.
 *
 * @returns undefined when the folder has no index.html
 */
export function openStaticFiles(folder: string): ((path: string) => StaticFile | undefined) | undefined {
  const files = new Map<string, StaticFile>()
  for (const entry of listFiles(folder)) {
    const type = TYPES[extname(entry)]
    if (type === undefined) continue
    const bytes = readFileSync(join(folder, entry))
    const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`
    files.set(`/${entry.replaceAll('\\', '/')}`, { bytes, type, etag, immutable: HASHED.test(entry) })
  }
  const index = files.get('/index.html')
  if (!index) return undefined
  return (path) => files.get(path) ?? (extname(path) === '' ? index : undefined)
}

function listFiles(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1))
  } catch {
    return []
  }
}
