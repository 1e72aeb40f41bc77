/**
 * Proves the books of the vault (test/contracts/proof/VaultBooks.sol) with the compiler's model checker: constrained Horn clauses, solved by the z3
 * inside npm's solc. Ends with 1 when an assertion is not proved, or when a broken copy of the model passes, which would mean that nothing is checked.
 *
 *     node scripts/prove.ts
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const MODEL = 'test/contracts/proof/VaultBooks.sol'
const SHARED = 'contracts/vault/Slashing.sol'
/** Assertions in the model. */
const ASSERTIONS = 4
/** Codes of the compiler: an assertion proved, and one that may fail or for which the solver gave up. */
const PROVED = '9576'
const UNPROVED = new Set(['6328', '7812', '5840'])

interface CompilerOutput {
  errors?: { errorCode: string; severity: string; formattedMessage: string }[]
}

const solc = createRequire(import.meta.url)('solc') as { compile(input: string): string }

function check(model: string): { proved: number; unproved: string[] } {
  const sources = {
    [MODEL]: { content: model },
    [SHARED]: { content: readFileSync(join(root, SHARED), 'utf8') },
  }
  // No timeout: solc's build for JavaScript stops with an error when one is set.
  const modelChecker = {
    engine: 'chc',
    solvers: ['z3'],
    targets: ['assert'],
    contracts: { [MODEL]: ['VaultBooks'] },
    showProvedSafe: true,
    showUnproved: true,
  }
  const settings = { modelChecker, outputSelection: { '*': { '*': ['abi'] } } }
  const output = JSON.parse(solc.compile(JSON.stringify({ language: 'Solidity', sources, settings }))) as CompilerOutput
  const messages = output.errors ?? []
  const broken = messages.find(({ severity }) => severity === 'error')
  if (broken) throw new Error(broken.formattedMessage)
  return {
    proved: messages.filter(({ errorCode }) => errorCode === PROVED).length,
    unproved: messages.filter(({ errorCode }) => UNPROVED.has(errorCode)).map(({ formattedMessage }) => formattedMessage),
  }
}

const model = readFileSync(join(root, MODEL), 'utf8')
const honest = check(model)
for (const message of honest.unproved) console.error(message)
// A vault that does not count what is bonded: the solver finds that sooner than other mistakes.
const mutant = check(model.replace('        allFree += amount;\n', ''))
if (honest.proved !== ASSERTIONS || honest.unproved.length > 0) {
  console.error(`${honest.proved} of ${ASSERTIONS} assertions of ${MODEL} are proved.`)
  process.exitCode = 1
} else if (mutant.unproved.length === 0) {
  console.error('A model that loses tokens passed as well: the check proves nothing.')
  process.exitCode = 1
} else {
  console.error(`Proved the ${ASSERTIONS} assertions of ${MODEL}; the broken copy failed.`)
}
