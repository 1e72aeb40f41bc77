// Entry of the process in which the built-in learner of a member trains. The node that starts it gives it a folder with its settings.
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isQuorateError } from '../src/core/index.ts'
import type { Logger } from '../src/core/index.ts'
import { decodeSpec } from '../src/protocol/index.ts'
import { createTfjsLearner, tensorLayout, wholeTask } from '../src/training/index.ts'
import type { Learner } from '../src/training/index.ts'
import { serveLearner, TrainerClient } from '../src/training/process/index.ts'
import { prepareLearner } from './member-data.ts'
import { ERROR_FILE, EVALUATION_FILE, READY_FILE, SETTINGS_FILE } from './tfjs-process-files.ts'
import type { LearnerSettings } from './tfjs-process-files.ts'

const folder = process.argv[2]!
/** What is printed goes to the log of the node. */
const tell = (_fields: object, message: string): void => console.log(message)
const logger: Logger = { debug: () => {}, info: () => {}, warn: tell, error: tell, child: () => logger }

/** The node never reads half a file. */
async function writeWhole(name: string, value: unknown): Promise<void> {
  await writeFile(join(folder, `${name}.new`), JSON.stringify(value))
  await rename(join(folder, `${name}.new`), join(folder, name))
}

try {
  const client = TrainerClient.fromEnvironment()
  const { training, specification, document, seed } = JSON.parse(
    await readFile(join(folder, SETTINGS_FILE), 'utf8'),
  ) as LearnerSettings
  const prepared = await prepareLearner(training, { spec: decodeSpec(specification), document, seed, logger })
  // The node keeps the personal layers, and sends them with the shared ones.
  const { document: wholeDocument, spec } = wholeTask(prepared.learner.document)
  const learner = createTfjsLearner({ ...prepared.learner, document: wholeDocument, spec })
  await learner.prepare?.()
  await writeWhole(READY_FILE, prepared.facts)
  const layout = tensorLayout(wholeDocument.tensors)
  const { backend } = prepared.facts
  const telling: Learner = {
    train: async (input) => learner.train(input),
    async evaluate(weights, signal) {
      const evaluation = await learner.evaluate(weights, signal)
      await writeWhole(EVALUATION_FILE, evaluation)
      return evaluation
    },
    dispose: () => learner.dispose(),
  }
  await serveLearner({ client, learner: telling, layout, name: `built-in learner on ${backend}`, onGone: () => process.exit() })
  process.exit()
} catch (error) {
  if (isQuorateError(error))
    await writeWhole(ERROR_FILE, { code: error.code, message: error.message, details: error.details }).catch(() => {})
  console.error(String(error))
  process.exit(isQuorateError(error) ? error.exitCode : 1)
}
