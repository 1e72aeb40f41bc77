import { areLocal } from '../../src/config/index.ts'
import { paddedLength } from '../../src/protocol/index.ts'
import { checkAccount } from './account.ts'
import { checkDisk, isRunning } from './disk.ts'
import type { DoctorFinding } from './finding.ts'
import { checkKeys } from './keys.ts'
import { checkMemory } from './machine.ts'
import { checkOperators } from './operators.ts'
import { checkPeers } from './peers.ts'
import { checkAddresses, checkPorts } from './ports.ts'
import { checkRpc } from './rpc.ts'
import type { NodeConfig } from '../../src/config/index.ts'
import { checkData, checkTask } from './task.ts'

/** Everything about a configured node but its back end, from what is nearest to what is farthest. Changes nothing. */
export async function* examine(subject: NodeConfig, signal: AbortSignal): AsyncGenerator<DoctorFinding[]> {
  const { folder } = subject.state
  yield checkDisk(folder)
  const running = isRunning(folder)
  const keys = await checkKeys(subject, { signal })
  yield keys.findings
  yield checkPorts(subject, { running })
  const { rpcUrl, chainId } = subject.chain
  yield checkRpc(rpcUrl, { chainId, signal })
  const account = await checkAccount(subject, { keys: keys.found, signal })
  yield account.findings
  const operators =
    subject.role === 'member' ? await checkOperators(subject.coordinator, { signal }) : { findings: [], offers: [] }
  yield operators.findings
  const task = await checkTask(subject, { onChain: account.task, offers: operators.offers })
  yield task.findings
  yield [checkMemory(task.found && paddedLength(task.found.spec))]
  if (subject.role === 'member' && task.found) {
    const data = await checkData(subject, task.found.document, signal)
    yield data.findings
    // Loaded only where it is asked for: it plans the training.
    if (subject.privacy) {
      const { checkPrivacy } = await import('./privacy.ts')
      yield checkPrivacy(subject, { found: task.found, onChain: account.task, samples: data.samples })
    }
  }
  const at = subject.role === 'member' ? subject.coordinator.map(({ address }) => address) : [subject.grpc.listen]
  yield checkAddresses(subject, { local: areLocal(at), running })
  const records = operators.offers.flatMap(({ peerRecords }) => peerRecords)
  if (records.length > 0) yield checkPeers({ records, seed: keys.found.peer, running })
}
