import { readFileSync } from 'node:fs'
import { DockerfileParser, ModifiableInstruction } from 'dockerfile-ast'
import type { Instruction } from 'dockerfile-ast'

export interface Step {
  keyword: string
  /** Arguments as written, variables of ARG and ENV put in, lines joined. */
  text: string
  /** `--from=build` of COPY: from → build. */
  flags: Record<string, string>
}

export interface Stage {
  name: string
  /** Image or stage that it begins from. */
  from: string
  steps: Step[]
}

/** The stages of a Dockerfile, in order, with the defaults of its ARGs. A stage without a name is called by its number. */
export function readDockerfile(path: string): Stage[] {
  const file = DockerfileParser.parse(readFileSync(path, 'utf8'))
  const stages: Stage[] = []
  const variables = new Map<string, string>()
  for (const instruction of file.getInstructions()) {
    const keyword = instruction.getKeyword()
    const raw = instruction.getArgumentsContent() ?? ''
    const text = raw.replaceAll(/\\\n\s*/g, '').replaceAll(/\$\{(\w+)\}/g, (all, name: string) => variables.get(name) ?? all)
    if (keyword === 'ARG') {
      const [name, value = ''] = text.split('=')
      variables.set(name!, value)
    } else if (keyword === 'FROM') {
      const [from, , name = String(stages.length)] = text.split(/\s+/)
      stages.push({ name, from: from!, steps: [] })
    } else {
      stages.at(-1)!.steps.push({ keyword, text, flags: flagsOf(instruction) })
    }
  }
  return stages
}

function flagsOf(instruction: Instruction): Record<string, string> {
  if (!(instruction instanceof ModifiableInstruction)) return {}
  return Object.fromEntries(instruction.getFlags().map((flag) => [flag.getName(), flag.getValue() ?? '']))
}

/** `a=b c="d e"` of ENV and LABEL. */
export function pairsOf(text: string): [string, string][] {
  return [...text.matchAll(/([\w.]+)=(?:"([^"]*)"|(\S*))/g)].map(([, name, quoted, plain]) => [name!, quoted ?? plain!])
}
