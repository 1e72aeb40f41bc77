import { readFileSync } from 'node:fs'
import { Command } from 'commander'
import { COMMANDS } from './commands.ts'

function versionLine(): string {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
  return `quorate ${version} (node ${process.versions.node}, ${process.platform} ${process.arch})`
}

/** Builds the command line; only the command that `argv` names is fully loaded. */
export async function buildProgram(argv: readonly string[]): Promise<Command> {
  const program = new Command('quorate')
    .description('Federated learning without a trusted server')
    .version(versionLine(), '-V, --version', 'print the version of Quorate, and of Node')
    .helpCommand(false)
    .showHelpAfterError('(add --help for the options)')
    .exitOverride()
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
