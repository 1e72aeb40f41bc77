import { Argument } from 'commander'
import type { Command } from 'commander'
import { createOutput } from '../src/console/index.ts'
import { bashScript, describeTree, fishScript, zshScript } from './completion/index.ts'

const SCRIPTS = { bash: bashScript, zsh: zshScript, fish: fishScript }

/** `quorate completion`. */
export default function completionCommand(program: Command): void {
  program
    .command('completion')
    .description('print a script by which a shell completes commands and options')
    .addArgument(new Argument('<shell>', 'shell that reads the script').choices(Object.keys(SCRIPTS)))
    .addHelpText(
      'after',
      `
Keep the script where the shell looks for it:
  quorate completion bash > ~/.local/share/bash-completion/completions/quorate
  quorate completion zsh > "\${fpath[1]}/_quorate"
  quorate completion fish > ~/.config/fish/completions/quorate.fish`,
    )
    .action(async (shell: keyof typeof SCRIPTS) => {
      createOutput(false).result({}, SCRIPTS[shell](describeTree(await wholeProgram())).trimEnd())
    })
}

/** The command line with every command loaded, which takes some seconds: scripts are made once and kept. */
async function wholeProgram(): Promise<Command> {
  const { COMMANDS, newProgram } = await import('./commands.ts')
  const program = newProgram()
  for (const { load } of Object.values(COMMANDS)) (await load()).default(program)
  return program
}
