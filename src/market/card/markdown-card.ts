import { basename } from 'node:path'
import { factsOf } from './facts.ts'
import type { ModelCard } from './model-card.ts'

/**
 * A card for people, and for the hub of Hugging Face: the block before the text is the metadata of its model cards. The licence stands there by the name of its file or
 * by its hash, as nobody can check more.
 */
export function markdownCard(card: ModelCard): string {
  const facts = factsOf(card)
  const title = titleOf(card)
  return `---
license: other
license_name: ${JSON.stringify(licenceName(card))}
${card.licence === undefined ? '' : `license_link: ${JSON.stringify(basename(card.licence.file))}\n`}tags:
- federated-learning
- quorate
model_name: ${JSON.stringify(title)}
---

# ${escape(title)}

Trained by several organisations that kept their data. Each line says how you check it. \`quorate model card\` wrote this text from the chain.

| line | value | check it with |
|---|---|---|
${facts.map(({ name, value, check }) => `| ${escape(name)} | ${code(value)} | ${escape(check)} |`).join('\n')}
`
}

/** Name of the model where the task document was read, and round. */
export function titleOf({ document, task, model }: ModelCard): string {
  return `${document?.name ?? `Model of task ${task}`}, round ${model.round}`
}

/** What can be said of the licence. */
export function licenceName({ licence, model }: ModelCard): string {
  if (licence !== undefined) return basename(licence.file)
  return model.metadata === undefined ? 'none registered' : `text with keccak256 ${model.metadata.licence}`
}

function escape(text: string): string {
  return text.replaceAll(/[\\`*_<>[\]|]/g, (sign) => `\\${sign}`).replaceAll(/\s+/g, ' ')
}

/** A value as code, in a cell of a table. */
function code(value: string): string {
  const longest = Math.max(0, ...[...value.matchAll(/`+/g)].map(([run]) => run.length))
  const fence = '`'.repeat(longest + 1)
  return `${fence}${longest > 0 ? ' ' : ''}${value.replaceAll('|', '\\|').replaceAll(/\s+/g, ' ')}${longest > 0 ? ' ' : ''}${fence}`
}
