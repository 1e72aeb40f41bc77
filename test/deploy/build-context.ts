import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import dockerignore from '@balena/dockerignore'

const ROOT = resolve(import.meta.dirname, '../..')

/** The package is one function, and its types take it for a module with a default. */
const newRules = dockerignore as unknown as typeof dockerignore.default

/** What an engine sends to the builder: paths of the tracked and new files of this repository that `.dockerignore` lets through. */
export function buildContext(): string[] {
  const listed = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: ROOT, encoding: 'utf8' })
  const paths = listed.split('\n').filter((path) => path !== '' && existsSync(join(ROOT, path)))
  return newRules()
    .add(readFileSync(join(ROOT, '.dockerignore'), 'utf8'))
    .filter(paths)
}
