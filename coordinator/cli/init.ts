import { cp, mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { privateKeyToAddress } from 'viem/accounts'
import { createKeyFile, loadKeyFile, readCoordinatorConfig } from '../../src/config/index.ts'
import { makeKeys } from '../../src/node/actions/index.ts'
import type { CommandResult } from '../../src/node/index.ts'
import { writeOperatorConfig } from '../actions/operator-config.ts'
import { TASK_FILES } from '../actions/task-files.ts'

export interface InitOptions {
  /** Folder of an operator of the task; only `coordinator.toml` and the files of the task that it names are read, which hold no secrets. */
  from: string
  /** Folder of the new operator. */
  out: string
  /** Existing key that owns the bond; a new one is made by default. */
  ownerKey?: string
  /** JSON-RPC URLs; none for those of the other operator. */
  rpc: string[]
  grpc: string
  p2p: string
}

/**
 * Sets up another operator of a task: keys of its own, copies of the task's files, and a `coordinator.toml`. It stands by until the seat
 * is free.
 *
 * @throws QuorateError CONFIG_NOT_FOUND, CONFIG_INVALID, KEY_INVALID when the folder holds keys already
 */
export async function initOperator(options: InitOptions): Promise<CommandResult> {
  const { ownerKey, grpc, p2p } = options
  const out = resolve(options.out)
  const { chain, task } = await readCoordinatorConfig(join(options.from, 'coordinator.toml'))
  const owner = ownerKey ? privateKeyToAddress(await loadKeyFile(ownerKey)) : undefined
  await mkdir(out, { recursive: true })
  await makeKeys(out)
  const address = owner ?? privateKeyToAddress(await createKeyFile(join(out, 'owner.key')))
  for (const [name, file] of Object.entries(TASK_FILES)) await cp(task[name as keyof typeof TASK_FILES], join(out, file))
  const path = await writeOperatorConfig(out, {
    chain: { ...chain, rpcUrl: options.rpc.length > 0 ? options.rpc : chain.rpcUrl, fromBlock: Number(chain.fromBlock) },
    task: task.id,
    ownerKey: ownerKey ?? join(out, 'owner.key'),
    grpc,
    p2p,
  })
  return {
    result: { event: 'initialised', ok: true, owner: address, task: task.id, config: path },
    text: [
      `Wrote ${path} for task ${task.id}`,
      `Owner ${address}`,
      `Next  quorate coordinator join --config ${path} --amount TOKENS`,
    ].join('\n'),
  }
}
