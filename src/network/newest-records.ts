import { openPeerRecord } from './peer-record.ts'
import type { OpenedRecord } from './peer-record.ts'

/** The newest record of each peer, in the order in which the peers come up. Records that cannot be read are skipped: nobody vouches for who passes them on. */
export async function newestRecords(records: readonly Uint8Array[]): Promise<OpenedRecord[]> {
  const newest = new Map<string, OpenedRecord>()
  for (const bytes of records) {
    const record = await openPeerRecord(bytes).catch(() => undefined)
    if (record && record.sequence > (newest.get(record.peerKey)?.sequence ?? -1n)) newest.set(record.peerKey, record)
  }
  return [...newest.values()]
}
