/** Definition of a metric. Labels are few and bounded: kinds, codes and method names, never members or rounds. A task has a handful of operators, so the seat names them. */
export interface MetricEntry {
  type: 'counter' | 'gauge' | 'histogram'
  help: string
  labels?: readonly string[]
  /** Upper bounds of a histogram, seconds. */
  buckets?: readonly number[]
}

const CALL_BUCKETS = [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 30]
const WORK_BUCKETS = [0.01, 0.05, 0.2, 1, 5, 20, 60, 300, 1200]

/** Every metric of the programs. Each is exposed as `quorate_` and this name; a test finds names used and not listed here. */
export const METRICS = {
  // rounds
  round_phases_total: { type: 'counter', help: 'Phases entered', labels: ['phase'] },
  round_effect_seconds: { type: 'histogram', help: 'Time of one duty of a round', labels: ['effect'], buckets: WORK_BUCKETS },
  round_effect_failures_total: {
    type: 'counter',
    help: 'Duties of a round that failed and were retried',
    labels: ['effect', 'code'],
  },
  round_number: { type: 'gauge', help: 'Newest round that this node knows' },
  round_phase: { type: 'gauge', help: '1 for the phase of the newest round, 0 for the others', labels: ['phase'] },
  rounds_rested_total: { type: 'counter', help: 'Rounds for which this member was not drawn' },
  rounds_empty_total: { type: 'counter', help: 'Claims that counted no update' },
  updates_not_counted_total: {
    type: 'counter',
    help: 'Updates of this member that did not count, by verdict',
    labels: ['verdict'],
  },
  update_verdict: {
    type: 'gauge',
    help: "1 for the verdict on this member's update in the newest round that was replayed, 0 for the others",
    labels: ['verdict'],
  },
  claims_mismatched_total: { type: 'counter', help: 'Posted claims that differ from the replay' },
  // seat and account
  seat_held: { type: 'gauge', help: '1 while an operator has the seat of the task, else 0' },
  seat_own: { type: 'gauge', help: '1 while the operator of this node has the seat, else 0' },
  seat_holder: { type: 'gauge', help: '1 for the operator that has the seat, 0 for those that had it', labels: ['operator'] },
  operator_balance_ether: { type: 'gauge', help: 'Native currency of the operator key, which pays for gas' },
  stake_tokens: { type: 'gauge', help: 'Tokens of this account: at risk in the task, and free', labels: ['part'] },
  reward_claimable_tokens: { type: 'gauge', help: 'Tokens that this account earned in final rounds and did not claim yet' },
  // disputes
  fraud_proofs_total: { type: 'counter', help: 'Proofs of this node that the judge accepted', labels: ['proof'] },
  dispute_failures_total: { type: 'counter', help: 'Steps of a dispute that failed and were retried', labels: ['code'] },
  // data of a round
  update_bytes_total: { type: 'counter', help: 'Bytes of updates moved', labels: ['direction'] },
  storage_damaged_total: { type: 'counter', help: 'Files that the disk changed, moved aside', labels: ['store'] },
  training_seconds: { type: 'histogram', help: 'Local training of one round', buckets: WORK_BUCKETS },
  // gRPC
  rpc_calls_total: { type: 'counter', help: 'gRPC calls ended', labels: ['method', 'code'] },
  rpc_call_seconds: { type: 'histogram', help: 'Time of a unary gRPC call', labels: ['method'], buckets: CALL_BUCKETS },
  rpc_connections: { type: 'gauge', help: 'gRPC connections open' },
  rpc_connections_refused_total: { type: 'counter', help: 'gRPC connections refused or cut, by reason', labels: ['reason'] },
  rpc_open_streams: { type: 'gauge', help: 'gRPC streams open' },
  // gossip and peers
  network_peers: { type: 'gauge', help: 'Connected peers' },
  network_connections: { type: 'gauge', help: 'Connections to peers' },
  network_streams: { type: 'gauge', help: 'Streams open on connections to peers' },
  network_refused_total: { type: 'counter', help: 'Connections refused', labels: ['direction', 'reason'] },
  network_addresses_refused_total: {
    type: 'counter',
    help: 'Announced addresses that a coordinator dropped, by reason',
    labels: ['reason'],
  },
  network_relay_places: { type: 'gauge', help: 'Relays through which others reach this node' },
  network_relayed_bytes_total: { type: 'counter', help: 'Bytes that members sent through this relay' },
  network_penalties_total: { type: 'counter', help: 'Penalties given to peers', labels: ['reason'] },
  gossip_published_total: { type: 'counter', help: 'Gossip messages sent', labels: ['kind'] },
  gossip_messages_total: { type: 'counter', help: 'Gossip messages judged', labels: ['kind', 'verdict', 'code'] },
  gossip_dropped_total: { type: 'counter', help: 'Gossip messages dropped from a full queue', labels: ['kind'] },
  gossip_queue_depth: { type: 'gauge', help: 'Gossip messages waiting', labels: ['kind'] },
  gossip_handler_errors_total: { type: 'counter', help: 'Gossip handlers that threw', labels: ['kind'] },
  sync_requests_total: { type: 'counter', help: 'Catch-up requests made', labels: ['result'] },
  sync_served_messages_total: { type: 'counter', help: 'Messages served to peers that caught up' },
  // blobs
  blob_requests_total: { type: 'counter', help: 'Blob requests answered', labels: ['result'] },
  blob_served_bytes_total: { type: 'counter', help: 'Bytes of blobs served' },
  blob_streams_total: { type: 'counter', help: 'Streams opened to ask peers for blobs' },
  blob_fetched_bytes_total: { type: 'counter', help: 'Bytes of segments fetched' },
  blob_bad_segments_total: { type: 'counter', help: 'Segments that did not match their root' },
  blob_fetch_seconds: { type: 'histogram', help: 'Time to fetch one update', buckets: WORK_BUCKETS },
  // chain
  chain_view_repairs_total: {
    type: 'counter',
    help: 'Parts of the chain view that differed from the chain and were read again',
    labels: ['part'],
  },
  chain_watch_block: { type: 'gauge', help: 'Last block whose events were processed' },
  chain_watch_block_timestamp_seconds: { type: 'gauge', help: 'Time of that block, unix seconds of the chain' },
  chain_watch_success_timestamp_seconds: {
    type: 'gauge',
    help: 'When the RPC node last answered, unix seconds of this machine',
  },
  chain_watch_failures_total: { type: 'counter', help: 'Polls of the chain that failed' },
  chain_watch_waits_total: {
    type: 'counter',
    help: 'Polls in which the RPC node named a block and did not show its events',
  },
  chain_watch_reorgs_total: { type: 'counter', help: 'Reorganisations seen' },
} as const satisfies Record<string, MetricEntry>

export type MetricName = keyof typeof METRICS
