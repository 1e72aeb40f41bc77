import { z } from 'zod'
import { accountSourceField } from './account-source.ts'
import { keySourceField } from './key-source.ts'
import { apiSection } from './api-section.ts'
import { addressField, blockField, hostPortField, multiaddrField, pathField, rpcUrlsField, taskIdField } from './fields.ts'

/** When a node takes places at relays; a test compares the list with that of `src/network`. */
export const RESERVE_POLICIES = ['auto', 'always', 'never'] as const

/** The Gram kernels of `src/engine`; a test compares the two lists. */
export const GRAM_KERNELS = ['wasm', 'webgpu'] as const

const HTTP_URL = { form: 'http or https URL', example: 'http://127.0.0.1:5000' }

/** Of `[p2p]` in both programs. */
export const p2pFields = {
  listen: z
    .array(multiaddrField)
    .meta({ example: ['/ip4/0.0.0.0/tcp/4001'] })
    .optional()
    .describe(
      'Addresses on which peers reach this node.\nLeft out: `/ip4/0.0.0.0/tcp/4001`, because nodes on several machines must dial each other. Where all coordinators are at a loopback address, `/ip4/127.0.0.1/tcp/0`: such a consortium stays on this machine. `[]` only dials.',
    ),
  announce: z
    .array(multiaddrField)
    .meta({ example: ['/dns4/node.example.org/tcp/4001'] })
    .optional()
    .describe('Addresses to announce instead, for a node behind a port forward.'),
  reserve: z
    .enum(RESERVE_POLICIES)
    .default('auto')
    .describe(
      'Whether others reach the node through the relays of the coordinators ([Networks](networks.md)).\n`auto`: where the node knows no better way. `always`, `never`.',
    ),
}

/**
 * The sections that both programs have. `folder` is where relative paths begin. The descriptions are the text of docs/configuration.md: the first line stands
 * in a table, further lines below it.
 */
export function commonSections(folder: string, { keepRounds }: { keepRounds: number | 'all' }) {
  const path = pathField(folder)
  const key = keySourceField(folder)
  const account = accountSourceField(folder)
  return {
    chain: z
      .strictObject({
        rpcUrl: rpcUrlsField.describe(
          'JSON-RPC node of the chain, or several that must agree ([Several providers](operations.md#several-providers)).',
        ),
        chainId: z.int().min(1).meta({ example: 1 }).describe('Number of the chain. A node of another chain is refused.'),
        ledger: addressField.describe('Address of the RoundLedger. The other contracts are read from it.'),
        fromBlock: blockField.prefault(0).describe('Block of the deployment: no earlier block is read.'),
        sealDepth: z
          .int()
          .min(0)
          .max(1000)
          .meta({ unit: 'blocks', example: 2 })
          .optional()
          .describe(
            'Blocks on top of a seal before a member shows its update to it.\n' +
              'After so many blocks a reorganisation is not to be expected. They take at most a quarter of the reveal window. Left out: two blocks, one where the window has no time for two, and none on chain 31337. 0 suits a chain whose blocks are never undone, or that mines only on demand.',
          ),
      })
      .describe('The chain and the contracts.'),
    task: z.strictObject({ id: taskIdField.describe('Number of the task.') }).describe('The task to take part in.'),
    keys: z
      .strictObject({
        operator: account.meta({ example: 'keys/operator.key' }).describe('Signs protocol messages and transactions.'),
        peer: key.meta({ example: 'keys/peer.key' }).describe('Seed of the libp2p identity.'),
        owner: account
          .meta({ example: 'keys/owner.key' })
          .optional()
          .describe(
            'Stake, votes and withdrawals.\nOnly the commands that bond, claim and withdraw read it: keep it elsewhere when you can.',
          ),
      })
      .describe('Where the private keys are ([Keys](keys.md)).'),
    p2p: z.strictObject(p2pFields).prefault({}).describe('Connections to other nodes ([Addresses](operations.md#addresses)).'),
    state: z
      .strictObject({
        folder: path
          .meta({ example: 'state' })
          .describe('Folder that the node writes: journal, models, updates, evidence. Put no data of yours there.'),
        keepRounds: z
          .union([z.literal('all'), z.int().min(64, 'expected "all" or at least 64 rounds, the ledger\'s ring')])
          .default(keepRounds)
          .describe(
            'Newest rounds whose evidence stays on disk.\nAudits from genesis, and members that join late, need one node that keeps all.',
          ),
      })
      .describe('The own state of the node ([State folder](operations.md#state-folder)).'),
    engine: z
      .strictObject({
        gram: z
          .enum(GRAM_KERNELS)
          .default('wasm')
          .describe(
            'Kernel for the Gram matrices of large rounds.\nBoth compute the same numbers. Without a usable device `webgpu` falls back to `wasm` with a warning.',
          ),
      })
      .prefault({})
      .describe('What computes a claim ([A GPU for the Gram matrix](operations.md#a-gpu-for-the-gram-matrix)).'),
    log: z
      .strictObject({
        level: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info').describe('Least level that is logged.'),
        file: path
          .meta({ example: 'node.log' })
          .optional()
          .describe('File for JSON lines. Left out, the log goes to stderr, in place of the lines for people.'),
      })
      .prefault({})
      .describe('The log.'),
    tracking: z
      .strictObject({
        tensorboard: path.meta({ example: 'runs' }).optional().describe('Folder for the event files of TensorBoard.'),
        mlflow: z
          .url({ protocol: /^https?$/, error: 'expected a URL that begins with http:// or https://' })
          .meta(HTTP_URL)
          .optional()
          .describe('Address of an MLflow tracking server.'),
        experiment: z.string().min(1).default('quorate').describe('Experiment of MLflow.'),
        run: z
          .string()
          .min(1)
          .meta({ example: 'ward-a' })
          .optional()
          .describe('Name of the run in MLflow; task and role if left out.'),
      })
      .optional()
      .describe('Writes the numbers of each round down for other programs ([results.md](results.md)); nothing if left out.'),
    traces: z
      .strictObject({
        endpoint: z
          .url({ protocol: /^https?$/, error: 'expected a URL that begins with http:// or https://' })
          .meta({ form: 'http or https URL', example: 'http://127.0.0.1:4318/v1/traces' })
          .describe('Where the collector takes OTLP over HTTP.'),
      })
      .optional()
      .describe(
        'Sends a trace of each round to an OpenTelemetry collector ([Traces](operations.md#traces)); nothing if left out.',
      ),
    metrics: z
      .strictObject({
        listen: hostPortField
          .meta({ example: '127.0.0.1:9100' })
          .optional()
          .describe('Where `/metrics`, `/healthz` and `/readyz` are served; not at all if left out.'),
      })
      .prefault({})
      .describe('Metrics for Prometheus and probes ([Watching](operations.md#watching)).'),
    api: apiSection(folder),
  }
}
