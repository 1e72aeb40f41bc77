import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import { expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '../../..')

/** Every module of a command: its default export adds it to a program. */
const MODULES = ['cli', 'coordinator/cli', 'participant/cli'].flatMap((folder) =>
  readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith('.ts') && name !== 'main.ts')
    .map((name) => join(ROOT, folder, name)),
)

function namesAndHelp(command: Command): [string, string][] {
  const below = command.commands.flatMap(namesAndHelp)
  return [
    [command.name(), command.helpInformation()],
    ...below.map(([name, help]): [string, string] => [`${command.name()} ${name}`, help]),
  ]
}

it('every command lists its options', async () => {
  const program = new Command('quorate')
  for (const path of MODULES) {
    const { default: add } = (await import(path)) as { default?: (program: Command) => void }
    add?.(program)
  }
  const helps = new Map(namesAndHelp(program))
  expect([...helps.keys()]).toEqual(
    expect.arrayContaining([
      'quorate audit',
      'quorate status',
      'quorate watch',
      'quorate member run',
      'quorate gov propose',
      'quorate model lineage',
    ]),
  )
  for (const [name, help] of helps) expect(help).toContain(`Usage: ${name}`)
  expect(helps.get('quorate audit')).toMatch(/--from-block <number>\s+block of the deployment \(default: that of/)
})
