import type { Command, Option } from 'commander'

/** An option, as far as a shell completes it. */
export interface OptionInfo {
  /** `--config` */
  name: string
  description: string
  takesValue: boolean
  /** Values that it takes, if they are few. */
  choices: readonly string[]
}

/** A command, as far as a shell completes it. */
export interface CommandInfo {
  /** The words that lead to it, each behind a space: ` member run`; empty for the program. */
  at: string
  /** Commands below it. */
  commands: readonly { name: string; description: string }[]
  options: readonly OptionInfo[]
  /** Values of its first argument, if they are few. */
  choices: readonly string[]
}

/** Every command of a program, parents first. */
export function describeTree(command: Command, at = ''): CommandInfo[] {
  const help = command.createHelp()
  const visible = help.visibleCommands(command).filter((sub) => sub.name() !== 'help')
  return [
    {
      at,
      commands: visible.map((sub) => ({ name: sub.name(), description: sub.summary() || sub.description() })),
      options: help.visibleOptions(command).flatMap(describeOption),
      choices: command.registeredArguments[0]?.argChoices ?? [],
    },
    ...visible.flatMap((sub) => describeTree(sub, `${at} ${sub.name()}`)),
  ]
}

function describeOption({ long, description, required, optional, argChoices }: Option): OptionInfo[] {
  if (!long) return []
  return [{ name: long, description, takesValue: required || optional, choices: argChoices ?? [] }]
}
