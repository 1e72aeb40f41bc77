import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'

const ROOT = resolve(import.meta.dirname, '../../..')
const PAGES = [
  'README.md',
  'examples/README.md',
  'deploy/README.md',
  ...readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
]
const read = (page: string): string => readFileSync(join(ROOT, page), 'utf8')

/** Options by command, such as "gov propose", after docs/cli.md, which is made from the commands. */
function readReference(): Map<string, Set<string>> {
  const reference = new Map<string, Set<string>>()
  let options = new Set<string>()
  for (const line of read('docs/cli.md').split('\n')) {
    const command = /^##+ quorate (.+)/.exec(line)?.[1]
    if (command !== undefined) reference.set(command, (options = new Set(['--help'])))
    const option = /^\| `(?:-\w, )?(--[\w-]+)/.exec(line)?.[1]
    if (option !== undefined) options.add(option)
  }
  return reference
}

/** Commands in the fenced blocks of a page, each on one line: `quorate …`, and `npm run demo -- …`. */
function commandsIn(page: string): string[] {
  const blocks = read(page).matchAll(/^ *```[^\n]*\n([\s\S]*?)^ *```$/gm)
  return [...blocks].flatMap(([, text]) =>
    text!
      .replaceAll(/ *\\\n */g, ' ')
      .replaceAll('npm run demo -- ', 'quorate demo ')
      .split(/\n|; do |; done|\| /)
      .flatMap((line) => /^(?:\S+=\$\()?(?:.*npx )?quorate ([a-z].*)$/.exec(line.trim())?.[1] ?? []),
  )
}

/** What is wrong with a command line, or undefined. Texts in quotes are values. */
function faultOf(line: string, reference: ReadonlyMap<string, ReadonlySet<string>>): string | undefined {
  const [first = '', second, ...rest] = line.replaceAll(/'[^']*'|"[^"]*"/g, 'TEXT').split(/\s+/)
  const has = [...reference.keys()].some((name) => name.startsWith(`${first} `))
  // A command with commands of its own may also do something by itself.
  const command = has && !/^(-|…)/.test(second ?? '-') ? `${first} ${second}` : first
  const known = reference.get(command)
  if (!known) return `there is no command ${command}`
  const flag = [second ?? '', ...rest].find((word) => word.startsWith('--') && !known.has(word.replace(/=.*/, '')))
  return flag && `${command} has no option ${flag}`
}

const reference = readReference()

it('documents name commands and options that there are', () => {
  const lines = PAGES.flatMap((page) => commandsIn(page).map((line) => ({ page, line })))
  expect(lines.length).toBeGreaterThan(80)
  expect(lines.flatMap(({ page, line }) => faultOf(line, reference)?.replace(/^/, `${page}: ${line}: `) ?? [])).toEqual([])
})

it('finds commands and options that there are not', () => {
  expect(faultOf('member run --config member.toml --trainer "python --fast"', reference)).toBeUndefined()
  expect(faultOf('status --ledger 0x… --json', reference)).toBeUndefined()
  expect(faultOf('member run --konfig member.toml', reference)).toBe('member run has no option --konfig')
  expect(faultOf('doctor --ledger 0x…', reference)).toBe('doctor has no option --ledger')
  expect(faultOf('member runs', reference)).toBe('there is no command member runs')
})

it('documents name scripts that there are', () => {
  const named = PAGES.flatMap((page) =>
    [...read(page).matchAll(/\bnode ((?:scripts|bench|examples|test)\/[\w/.-]+\.(?:ts|mjs))/g)].map(([, path]) => ({
      page,
      path: path!,
    })),
  )
  expect(named.length).toBeGreaterThan(10)
  expect(named.filter(({ path }) => !existsSync(join(ROOT, path)))).toEqual([])
})
