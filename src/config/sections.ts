import { z } from 'zod'
import { keySourceField } from './key-source.ts'
import { apiSection } from './api-section.ts'
import { addressField, blockField, hostPortField, multiaddrField, pathField, rpcUrlsField, taskIdField } from './fields.ts'

/** The Gram kernels of `src/engine`; a test compares the two lists. */
export const GRAM_KERNELS = ['wasm', 'webgpu'] as const

/** The sections that both programs have. `folder` is where relative paths begin. */
export function commonSections(folder: string, { keepRounds }: { keepRounds: number | 'all' }) {
  const path = pathField(folder)
  const key = keySourceField(folder)
  return {
    /** Vault and distributor are read from the ledger. */
    chain: z.strictObject({
      /** A list: what is read from the chain must be agreed by both of two, or by more than half. */
      rpcUrl: rpcUrlsField,
      chainId: z.int().min(1),
      ledger: addressField,
      /** Block of the deployment; the node reads no earlier block. */
      fromBlock: blockField.prefault(0),
      /**
       * Blocks on top of a seal before a member shows its update to it. After so many a reorganisation is not to be expected, and they
       * take at most a quarter of the reveal window. 0 suits a chain whose blocks are never undone, or that mines only on demand.
       * Default: two, or one where the window has no time for two; none on chain 31337.
       */
      sealDepth: z.int().min(0).max(1000).optional(),
    }),
    task: z.strictObject({ id: taskIdField }),
    /** Each key is in a file, or `{ env = "NAME" }`, `{ fd = 3 }` or `{ keystore = "FILE", passphrase = … }` (docs/operations.md, Key files). */
    keys: z.strictObject({
      /** Signs protocol messages and transactions. */
      operator: key,
      /** Seed of the libp2p identity. */
      peer: key,
      /** Stake, votes and withdrawals; only the commands that bond, claim and withdraw read it. Keep it elsewhere when you can. */
      owner: key.optional(),
    }),
    p2p: z
      .strictObject({
        listen: z.array(multiaddrField).default(['/ip4/127.0.0.1/tcp/0']),
        /** Multiaddrs to announce instead, for a node behind a port forward. */
        announce: z.array(multiaddrField).optional(),
      })
      .prefault({}),
    state: z.strictObject({
      folder: path,
      /** Newest rounds whose evidence stays on disk. Audits from genesis, and members that join late, need one node that keeps all. */
      keepRounds: z
        .union([z.literal('all'), z.int().min(64, 'expected "all" or at least 64 rounds, the ledger\'s ring')])
        .default(keepRounds),
    }),
    engine: z
      .strictObject({
        /**
         * The kernel for the Gram matrices of large rounds. Both compute the same numbers. Without a usable device
         * `webgpu` falls back to `wasm` with a warning.
         */
        gram: z.enum(GRAM_KERNELS).default('wasm'),
      })
      .prefault({}),
    log: z
      .strictObject({
        level: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
        /** Without it the log goes to stderr. */
        file: path.optional(),
      })
      .prefault({}),
    /** Writes the numbers of each round down for other programs (docs/results.md); nothing by default. */
    tracking: z
      .strictObject({
        /** Folder for the event files of TensorBoard. */
        tensorboard: path.optional(),
        /** Address of an MLflow tracking server. */
        mlflow: z.url({ protocol: /^https?$/, error: 'expected a URL that begins with http:// or https://' }).optional(),
        /** Experiment of MLflow. */
        experiment: z.string().min(1).default('quorate'),
        /** Name of the run in MLflow; task and role if left out. */
        run: z.string().min(1).optional(),
      })
      .optional(),
    metrics: z
      .strictObject({
        /** Where `/metrics`, `/healthz` and `/readyz` are served; not at all by default. */
        listen: hostPortField.optional(),
      })
      .prefault({}),
    api: apiSection(folder),
  }
}
