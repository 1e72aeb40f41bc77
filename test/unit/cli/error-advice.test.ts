import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import type { ZodType } from 'zod'
import { coordinatorSchema } from '../../../src/config/coordinator-config.ts'
import { memberSchema } from '../../../src/config/member-config.ts'
import { ERRORS } from '../../../src/core/error-codes.ts'

const ROOT = join(import.meta.dirname, '../../..')
/** Commands of other programs that advice may name. */
const FOREIGN = /^timedatectl set-ntp true$/

const program = new Command('quorate')
for (const folder of ['cli', 'coordinator/cli', 'participant/cli']) {
  for (const name of readdirSync(join(ROOT, folder)).filter((file) => file.endsWith('.ts') && file !== 'main.ts')) {
    const { default: add } = (await import(join(ROOT, folder, name))) as { default?: (program: Command) => void }
    add?.(program)
  }
}

function everyFlag(command: Command): string[] {
  return ['--help', ...command.options.map(({ long }) => long!), ...command.commands.flatMap(everyFlag)]
}

/** The command that the words name, and the words that are left. */
function findCommand(words: readonly string[]): { command: Command; rest: string[] } {
  let command = program
  let rest = [...words]
  for (;;) {
    const next = command.commands.find((sub) => sub.name() === rest[0])
    if (!next) return { command, rest }
    command = next
    rest = rest.slice(1)
  }
}

/** Whether a configuration has this key: a schema complains of one that it does not know by name. */
function hasKey(schema: ZodType, section: string, key: string): boolean {
  const value = { [key]: Symbol('no value fits') }
  const { error } = schema.safeParse({ [section]: value })
  const unknown = (issues: readonly { code?: string; keys?: string[]; errors?: unknown }[]): boolean =>
    issues.some(({ code, keys, errors }) =>
      code === 'unrecognized_keys'
        ? keys!.includes(key) || keys!.includes(section)
        : code === 'invalid_union' && (errors as (typeof issues)[]).some(unknown),
    )
  return !unknown(error?.issues ?? [])
}
const schemas = [memberSchema('/'), coordinatorSchema('/')]
const known = (section: string, key: string): boolean => schemas.some((schema) => hasKey(schema, section, key))

it('configuration keys are found, and only those', () => {
  expect(known('training', 'datasetDir')).toBe(true)
  expect(known('coordinator', 'address')).toBe(true)
  expect(known('grpc', 'hosts')).toBe(true)
  expect(known('training', 'folder')).toBe(false)
  expect(known('coordinator', 'folder')).toBe(false)
  expect(known('nothing', 'folder')).toBe(false)
})

describe.each(Object.entries(ERRORS))('the advice of %s', (_code, { advice }) => {
  const quoted = [...advice.matchAll(/`([^`]+)`/g)].map((match) => match[1]!)

  it('sets commands, flags and keys in backticks', () => {
    const bare = advice.replaceAll(/`[^`]+`/g, '')
    expect(bare).not.toMatch(/\bquorate [a-z]|--[a-z]|\[[a-z]+\]|\b(rpcUrl|chainId|datasetDir|fromBlock)\b/)
  })

  it('names commands and flags that exist', () => {
    const flags = new Set(everyFlag(program))
    for (const text of quoted) {
      const words = text.split(' ')
      if (words[0] !== 'quorate') {
        if (text.startsWith('-')) expect(flags, text).toContain(words[0])
        continue
      }
      const { command, rest } = findCommand(words.slice(1))
      // A group of commands does nothing by itself, unless it has options of its own, as `quorate lab` has.
      if (command.options.length === 0) expect(command.commands, `${text} is a group of commands or none`).toEqual([])
      const own = new Set(everyFlag(command))
      for (const word of rest)
        expect(word.startsWith('--') ? own.has(word) : /^[A-Z]+$/.test(word), `${word} of ${text}`).toBe(true)
    }
  })

  it('names configuration keys that exist', () => {
    const named = [...advice.matchAll(/((?:`\w+`(?: = `[^`]+`)?(?:, | and | or )?)+) under `\[{1,2}(\w+)\]{1,2}`/g)]
    const keys = named.flatMap(([, list, section]) =>
      [...list!.matchAll(/`(\w+)`/g)].map((match): [string, string] => [section!, match[1]!]),
    )
    for (const [section, key] of keys) expect(known(section, key), `${key} under [${section}]`).toBe(true)
    // Every text in backticks is checked by a rule here.
    const rest = quoted.filter((text) => !/^(quorate |-|\[)/.test(text) && !FOREIGN.test(text))
    expect(rest.filter((text) => !keys.some(([, key]) => key === text))).toEqual([])
  })
})
