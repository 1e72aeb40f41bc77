import type { Command } from 'commander'
import { COMMANDS, newProgram } from './commands.ts'

/** Builds the command line; only the command that `argv` names is fully loaded. */
export async function buildProgram(argv: readonly string[]): Promise<Command> {
  const program = newProgram().enablePositionalOptions().showHelpAfterError('(add --help for the options)').exitOverride()
  const wanted = argv.find((word) => !word.startsWith('-'))
  for (const [name, { summary, load }] of Object.entries(COMMANDS)) {
    if (name === wanted) (await load()).default(program)
    else program.command(name).description(summary)
  }
  // Subcommands do not inherit these from the program.
  for (const command of program.commands) {
    command.exitOverride()
    for (const sub of command.commands) sub.exitOverride()
  }
  return program
}
