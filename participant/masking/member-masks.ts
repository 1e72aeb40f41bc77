import { join } from 'node:path'
import { readEpoch, readMaskBuckets, readMaskKeys } from '../../src/chain/index.ts'
import type { Chain } from '../../src/chain/index.ts'
import { QuorateError } from '../../src/core/index.ts'
import type { MaskKey } from '../../src/masking/index.ts'
import type { Address } from '../../src/protocol/index.ts'
import type { NodePorts } from '../../src/node/index.ts'
import { MaskedRows } from './masked-rows.ts'

export interface MemberMasksNeeds {
  chain: Chain
  /** The judge of the task. */
  judge: Address
  ports: Pick<NodePorts, 'task' | 'voice' | 'stores'>
  key: MaskKey
  dataFolder: string
}

/** The rows under masks of this node's member, in a task with buckets. Keys are those of the epoch's snapshot on chain. */
export function memberMasks({ chain, judge, ports, key, dataFolder }: MemberMasksNeeds): MaskedRows {
  const { id: task, domain } = ports.task
  return new MaskedRows({
    domain,
    task,
    owner: ports.voice.owner,
    key,
    async keysOf(epoch, accounts) {
      const maskBuckets = await readMaskBuckets(chain, { judge })
      const drawn = await readEpoch(chain, { maskBuckets, task, epoch })
      if (!drawn) throw new QuorateError('INTERNAL', `epoch ${epoch} of task ${task} has buckets and no members`)
      return readMaskKeys(chain, { maskBuckets, accounts, timepoint: drawn.snapshot })
    },
    folder: join(dataFolder, 'masked'),
    updates: ports.stores.updates,
  })
}
