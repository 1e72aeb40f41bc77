// Writes docs/cli.md from the commands of cli/program.ts; `--check` fails when the page is stale.
import { Help } from 'commander'
import type { Argument, Command, Option } from 'commander'
import { COMMANDS } from '../cli/commands.ts'
import { buildProgram } from '../cli/program.ts'
import { writePage } from './docs/write-page.ts'

const help = new Help()

/** Text in a cell of a table. */
const cell = (text: string): string =>
  text.replaceAll('|', '\\|').replaceAll(/`[^`]*`|</g, (part) => (part === '<' ? '&lt;' : part))
const code = (text: string): string => `\`${text.replaceAll('|', '\\|')}\``

function optionLine(option: Option): string {
  const notes = [
    ...(option.mandatory ? ['required'] : []),
    ...(option.argChoices ? [option.argChoices.map(code).join(', ')] : []),
    ...(hasDefault(option) ? [`default ${code(option.defaultValueDescription ?? String(option.defaultValue))}`] : []),
  ]
  return `| ${code(option.flags)} | ${cell(option.description)}${notes.length === 0 ? '' : ` (${notes.join('; ')})`} |`
}

/** Defaults that tell a reader anything: neither "off" nor an empty list. */
function hasDefault({ defaultValue, defaultValueDescription }: Option): boolean {
  if (defaultValueDescription !== undefined) return true
  return defaultValue !== undefined && defaultValue !== false && String(defaultValue) !== ''
}

function argumentLine(argument: Argument): string {
  const name = `${argument.name()}${argument.variadic ? '…' : ''}`
  return `| ${code(argument.required ? `<${name}>` : `[${name}]`)} | ${cell(argument.description)} |`
}

/** The section of a command and those of its subcommands. */
function sectionsOf(command: Command, path: string, depth: number): string[] {
  const name = `${path} ${command.name()}`
  const lines = [
    ...command.registeredArguments.map((argument) => argumentLine(argument)),
    ...help.visibleOptions(command).flatMap((option) => (option.long === '--help' ? [] : [optionLine(option)])),
  ]
  const table = lines.length === 0 ? '' : `\n| option | meaning |\n|---|---|\n${lines.join('\n')}\n`
  const subcommands = help.visibleCommands(command).filter((one) => one.name() !== 'help')
  const usage = subcommands.length === 0 ? `\n\`${name} ${command.usage()}\`\n` : ''
  return [
    `${'#'.repeat(depth)} ${name}\n\n${sentence(command.description())}\n${usage}${table}`,
    ...subcommands.flatMap((one) => sectionsOf(one, name, depth + 1)),
  ]
}

const sentence = (text: string): string => `${text[0]!.toUpperCase()}${cell(text.slice(1))}.`

const commands: Command[] = []
for (const name of Object.keys(COMMANDS)) {
  const program = await buildProgram([name])
  commands.push(program.commands.find((command) => command.name() === name)!)
}

const list = commands.map(
  (command) => `| [\`quorate ${command.name()}\`](#quorate-${command.name()}) | ${cell(command.description())} |`,
)
const text = `# Commands

Made from \`cli/program.ts\` by \`node scripts/cli-doc.ts\`. Every command has \`--help\`. The result goes to stdout and the story to stderr. With \`--json\` the result is
JSON, one line for each event of a node. A command that fails ends with an [exit code](errors.md#exit-codes) and says what to do.

| command | does |
|---|---|
${list.join('\n')}

${commands.flatMap((command) => sectionsOf(command, 'quorate', 2)).join('\n')}`
writePage('docs/cli.md', text, 'scripts/cli-doc.ts')
