import { readFile } from 'node:fs/promises'
import type { MemberConfig } from '../../src/config/index.ts'
import { isQuorateError, systemClock } from '../../src/core/index.ts'
import type { Clock } from '../../src/core/index.ts'
import { createCoordinatorClient } from '../../src/rpc/index.ts'
import type { GetTaskResponse } from '../../src/protocol/gen/quorate/v1/coordinator_pb.ts'
import { fault, faultOf, ok } from './finding.ts'
import type { DoctorFinding } from './finding.ts'

/** Seconds by which the clocks of a member and of an operator may differ. */
const MOST_SKEW = 30
/** How long an operator has for its answer, ms. */
const MOST_MS = 10_000

/** Whether a member reaches its operators over TLS, and whether their clocks agree. */
export async function checkOperators(
  operators: MemberConfig['coordinator'],
  { signal, clock = systemClock }: { signal: AbortSignal; clock?: Pick<Clock, 'now'> },
): Promise<{ findings: DoctorFinding[]; offers: GetTaskResponse[] }> {
  const findings: DoctorFinding[] = []
  const offers: GetTaskResponse[] = []
  for (const { address, ca } of operators) {
    const name = `operator ${address}`
    try {
      const client = createCoordinatorClient({ address, tls: { ca: await readFile(ca, 'utf8') } })
      try {
        const offer = await client.getTask({ signal: AbortSignal.any([signal, AbortSignal.timeout(MOST_MS)]) })
        offers.push(offer)
        findings.push(
          ok(name, 'reached, with a certificate that is trusted'),
          checkSkew(address, Number(offer.time), clock.now()),
        )
      } finally {
        client.close()
      }
    } catch (error) {
      signal.throwIfAborted()
      findings.push(
        isQuorateError(error, 'CANCELLED')
          ? fault(
              name,
              `no answer for ${MOST_MS / 1000} s`,
              'a firewall may drop the connection: ask the operator for its address',
            )
          : faultOf(name, error, `write the certificate of the operator to ${ca}`),
      )
    }
  }
  return { findings, offers }
}

function checkSkew(address: string, theirs: number, ours: number): DoctorFinding {
  const ahead = Math.round(ours - theirs)
  const name = `clock of ${address}`
  if (Math.abs(ahead) <= MOST_SKEW) return ok(name, `${Math.abs(ahead)} s from the clock here`)
  const words = `the clock here is ${Math.abs(ahead)} s ${ahead > 0 ? 'ahead of' : 'behind'} the operator's`
  return fault(name, words, 'set the wrong one: timedatectl set-ntp true. The time of the chain above says which it is')
}
