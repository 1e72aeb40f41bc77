import type { LogTopic } from 'viem'
import type { Address } from '../../protocol/types.ts'

/** Which logs are asked for. */
export interface LogFilter {
  address: Address | readonly Address[]
  /** As `encodeEventTopics` makes them; default every event. */
  topics?: LogTopic[]
}

/** The filter's addresses in lower case. */
export function addressesOf({ address }: LogFilter): string[] {
  return [address].flat().map((one) => one.toLowerCase())
}

/** Whether the filter asks for a log, by the rules of `eth_getLogs`: each place of `topics` holds null, one topic or several. */
export function matches(filter: LogFilter, log: { address: string; topics: readonly string[] }): boolean {
  if (!addressesOf(filter).includes(log.address.toLowerCase())) return false
  return (filter.topics ?? []).every((wanted, place) => {
    const found = log.topics[place]
    return wanted === null || (found !== undefined && [wanted].flat().some((one) => one.toLowerCase() === found.toLowerCase()))
  })
}
