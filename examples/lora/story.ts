/**
 * LoRA: the libraries of the text story train adapters of a small BERT with PyTorch, transformers and PEFT. Only the adapters travel.
 *
 *     node examples/lora/story.ts [--small] [--rounds N] [--keep] [--json]
 */
import { execFile } from 'node:child_process'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { stringify } from 'smol-toml'
import { splitCommand } from '../../src/training/process/index.ts'
import { findPython } from '../support/find-python.ts'
import { pythonCommand } from '../support/python-command.ts'
import { storyCommand } from '../support/story.ts'
import type { Story } from '../support/story.ts'
import { text } from '../text/story.ts'

export const lora: Story = {
  ...text,
  name: 'lora',
  about: 'the libraries of the text story train LoRA adapters of a small BERT with transformers and PEFT',
  // The samples belong to the programs: attacks change updates.
  attacks: ['sign-flip', 'gaussian'],
  rounds: { full: 10, small: 3 },
  async prepare(folder, options) {
    const found = await findPython(['torch', 'transformers', 'peft', 'grpc'])
    if ('reason' in found) return { skipped: found.reason }
    const prepared = await text.prepare(folder, options)
    if ('skipped' in prepared) return prepared
    const members = join(folder, 'members')
    const [schema, test, weights] = ['schema.json', 'test.jsonl', 'adapters.safetensors'].map((name) => join(folder, name)) as [
      string,
      string,
      string,
    ]
    const held = (await readdir(members)).map(async (name) => readFile(join(members, name, 'test.jsonl'), 'utf8'))
    await writeFile(test, (await Promise.all(held)).join(''))
    const program = (...words: string[]): string =>
      pythonCommand(found.python, join(import.meta.dirname, 'member.py'), '--schema', schema, ...words)
    const [command, ...args] = splitCommand(program('--out', weights))
    await promisify(execFile)(command!, args)
    await writeFile(join(folder, 'task.toml'), taskToml())
    const epochs = options.small ? '2' : '1'
    const trainer = (data: string): string => program('--data', data, '--test', test, '--epochs', epochs)
    return { trainer: trainer('{data}'), trainerOf: (_index, data) => trainer(data) }
  },
}

function taskToml(): string {
  return stringify({
    name: 'adapters',
    model: { kind: 'tensors', weights: 'adapters.safetensors' },
    training: { learningRate: 0.005 },
    data: { schema: 'schema.json' },
    rule: { name: 'nnmGm', byzantine: 0.3 },
    members: { least: 7 },
  })
}

if (import.meta.main) await storyCommand(lora)
