import { cp, mkdir, readdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { Option } from 'commander'
import type { Command } from 'commander'
import { createOutput } from '../../src/console/index.ts'
import { QuorateError } from '../../src/core/index.ts'

/** Folders of `templates/`. */
const TEMPLATES = ['image'] as const

/** `quorate task init`: the files of a task to begin with. */
export default function initCommand(task: Command): void {
  task
    .command('init')
    .argument('[folder]', 'where the files go', '.')
    .description('write a commented task.toml and its model, to begin with')
    .addOption(new Option('--template <name>', 'what is trained').choices(TEMPLATES).default('image'))
    .option('--json', 'print the result as JSON', false)
    .action(async (folder: string, { template, json }: { template: string; json: boolean }) => {
      const from = resolve(import.meta.dirname, '../../templates', template)
      const names = await readdir(from)
      const to = resolve(folder)
      await mkdir(to, { recursive: true })
      const there = (await readdir(to)).filter((name) => names.includes(name))
      if (there.length > 0)
        throw new QuorateError('USAGE', `${join(to, there[0]!)} is there already: name another folder`, {
          details: { file: join(to, there[0]!) },
        })
      for (const name of names) await cp(join(from, name), join(to, name), { force: false })
      createOutput(json).result(
        { event: 'initialised', ok: true, files: names.map((name) => join(to, name)) },
        [`Wrote  ${names.join(', ')} in ${to}`, `Next   quorate task check ${join(folder, 'task.toml')}`].join('\n'),
      )
    })
}
