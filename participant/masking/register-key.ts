import { join } from 'node:path'
import { readMaskBuckets, readMaskKeys, readTask, registerMaskKey } from '../../src/chain/index.ts'
import { toHex } from '../../src/protocol/index.ts'
import { withKey } from '../../src/node/actions/index.ts'
import type { CommandResult, StakeConfig } from '../../src/node/actions/index.ts'
import { MASK_KEY_FILE, readMaskKey } from './mask-key-file.ts'

/**
 * Registers a member's key for masks from its owner key; the key is made if the member has none. It counts in epochs that are opened later. A key that is registered is left alone.
 *
 * @throws QuorateError CONFIG_INVALID without an owner key, MASK_KEY_INVALID for a damaged key file, INSUFFICIENT_FUNDS, RPC_UNREACHABLE
 */
export async function registerMemberMaskKey(
  config: StakeConfig & { state: { folder: string } },
  { signal }: { signal: AbortSignal },
): Promise<CommandResult> {
  const path = join(config.state.folder, MASK_KEY_FILE)
  const { publicKey } = await readMaskKey(path)
  return withKey(config, 'owner', signal, async ({ chain, contracts, sender }) => {
    const { judge } = await readTask(chain, { ledger: contracts.ledger, task: config.task.id, signal })
    const maskBuckets = await readMaskBuckets(chain, { judge, signal })
    const { timestamp } = await chain.publicClient.getBlock()
    const [known] = await readMaskKeys(chain, { maskBuckets, accounts: [sender.address], timepoint: Number(timestamp), signal })
    const isNew = known === undefined || toHex(known) !== toHex(publicKey)
    if (isNew) await registerMaskKey(sender, { maskBuckets, publicKey, signal })
    return {
      result: { event: 'maskKey', ok: true, owner: sender.address, publicKey: toHex(publicKey), path, registered: isNew },
      text: isNew
        ? `Registered the key for masks in ${path}: it counts from the next draw of buckets on`
        : `The key for masks in ${path} is registered already`,
    }
  })
}
