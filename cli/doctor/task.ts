import { readFile } from 'node:fs/promises'
import { decodeSpec, documentHash, parseDocument, specHash } from '../../src/protocol/index.ts'
import type { TaskSpec } from '../../src/protocol/index.ts'
import type { GetTaskResponse } from '../../src/protocol/gen/quorate/v1/coordinator_pb.ts'
import type { Task } from '../../src/chain/index.ts'
import { fault, faultOf, note, ok } from './finding.ts'
import type { DoctorFinding } from './finding.ts'
import type { NodeConfig } from '../../src/config/index.ts'

/** Specification and document of the task of a node. */
export interface FoundTask {
  spec: TaskSpec
  document: string
}

/** Whether the chain, the specification and the document of a task fit together: from an operator's files, or from an operator's answer. */
export async function checkTask(
  subject: NodeConfig,
  { onChain, offers }: { onChain: Task | undefined; offers: readonly GetTaskResponse[] },
): Promise<{ findings: DoctorFinding[]; found?: FoundTask }> {
  const name = 'task files'
  let texts: { specification: string; document: string }
  try {
    if (subject.role === 'operator') {
      const read = async (path: string): Promise<string> => readFile(path, 'utf8')
      texts = { specification: await read(subject.task.spec), document: await read(subject.task.document) }
    } else {
      const [offer] = offers
      if (!offer) return { findings: [] }
      texts = { specification: offer.specJson, document: offer.documentJson }
    }
    const spec = decodeSpec(texts.specification)
    const ask =
      subject.role === 'operator'
        ? 'copy spec.json, document.json and genesis.i32 of the task again from its founder'
        : 'do not join by this operator: ask the founder for another one'
    if (documentHash(texts.document) !== spec.document)
      return { findings: [fault(name, 'the document is not the one that the specification names', ask)] }
    if (onChain && specHash(spec) !== onChain.specHash)
      return { findings: [fault(name, `the specification is not the one that the chain names for task ${subject.task.id}`, ask)] }
    const words = onChain ? 'fit together, and are those of the chain' : 'fit together'
    return { findings: [ok(name, words)], found: { spec, document: texts.document } }
  } catch (error) {
    return { findings: [faultOf(name, error, 'copy the files of the task again from its founder')] }
  }
}

/** Whether the data of a member fits the schema of its task, and how many records it trains on where they could be counted. */
export async function checkData(
  { training }: Extract<NodeConfig, { role: 'member' }>,
  document: string,
  signal: AbortSignal,
): Promise<{ findings: DoctorFinding[]; samples?: number }> {
  const name = 'data'
  const only = (finding: DoctorFinding): { findings: DoctorFinding[] } => ({ findings: [finding] })
  const { data: described, dataset } = parseDocument(document).training as { data?: unknown; dataset?: unknown }
  if (training.trainer !== undefined) return only(note(name, 'a program of this member reads its own'))
  if (described === undefined)
    return only(
      note(name, typeof dataset === 'string' ? `the public data set ${dataset}, as the task says` : 'the task describes none'),
    )
  if (training.datasetDir === undefined)
    return only(fault(name, 'the task trains on data of your own', 'name its folder or file: datasetDir under [training]'))
  const { checkDataset, parseSchema } = await import('../../src/data/index.ts')
  try {
    const report = await checkDataset(parseSchema(described), training.datasetDir, { signal })
    const [first, ...more] = report.findings.filter(({ severity }) => severity === 'error')
    if (!first)
      return {
        ...only(ok(name, `${report.train} records to train on, ${report.test} to measure with`)),
        samples: report.train,
      }
    const where = first.places.length === 0 ? '' : ` in ${first.places.join('; ')}`
    const others = more.length === 0 ? '' : `, and ${more.length} more`
    return only(fault(name, `${training.datasetDir} does not fit the task: ${first.problem}${where}${others}`, first.advice))
  } catch (error) {
    signal.throwIfAborted()
    return only(faultOf(name, error, 'run quorate data check'))
  }
}
