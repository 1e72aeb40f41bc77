import { saidIn, Voice } from '../../../src/node/index.ts'
import type { Message } from '../../../src/protocol/index.ts'
import type { Journal } from '../../../src/storage/index.ts'
import { DOMAIN } from './replay-ports.ts'
import type { Signer } from './small-task.ts'

/** The voice of somebody over a journal, which outlives it, and what it published. */
export function voiceOf({ owner, account }: Signer, journal: Journal): { voice: Voice; published: Message[] } {
  const published: Message[] = []
  const publish = async (message: Message): Promise<void> => void published.push(message)
  const key = { address: account.address, sign: account.sign! }
  return { voice: new Voice({ domain: DOMAIN, owner, account: key, said: saidIn(journal), publish }), published }
}
