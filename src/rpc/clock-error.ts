import { QuorateError } from '../core/index.ts'
import { isoTime } from './iso-time.ts'
import { parseCertificates } from './pinned-credentials.ts'

/**
 * CLOCK_SKEWED if a call failed because a certificate is not valid at the time of this machine's clock, else undefined. The message
 * has both times. `ca` is the PEM that the client trusts; of a certificate issued by it only the authority's times are known here.
 */
export function clockError(error: unknown, ca: string, now: number = Date.now()): QuorateError | undefined {
  const text = String((error as { details?: unknown }).details ?? '')
  const state = /certificate is not yet valid|certificate has expired/.exec(text)?.[0]
  if (state === undefined) return undefined
  const untimely = parseCertificates(ca).find(({ validFromDate, validToDate }) => now < +validFromDate || now > +validToDate)
  const valid = untimely && `it is valid from ${isoTime(+untimely.validFromDate)} to ${isoTime(+untimely.validToDate)}, and `
  return new QuorateError(
    'CLOCK_SKEWED',
    `the coordinator's ${state}: ${valid ?? ''}the clock of this machine shows ${isoTime(now)}`,
    { cause: error },
  )
}
