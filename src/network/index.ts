/**
 * The peer network: libp2p nodes that only talk to members, the gossip of a task, catch-up after an absence, and the exchange
 * of updates and documents.
 *
 * Needs: a 32-byte seed whose public key (`peerKeyFromSeed`) is registered on chain, a live view of the registrations
 * (`PeerMembership`), a validator and a handler for messages, a source of blobs. Bounds are in `limits.ts`; the wire is
 * `proto/quorate/v1/messages.proto`.
 *
 * @example
 * const node = await createNetworkNode({ seed, listen, topics: [gossipTopic(task)], membership, logger, metrics })
 * const gossip = createGossip({ node, task, validate, handle, logger, metrics })
 * const blobs = createBlobExchange({ node, source, metrics })
 * const sync = createRoundSync({ node, gossip, task: task.task, messagesOf, currentRound, logger, metrics })
 * await using network = new Lifecycle([node, gossip, blobs, sync])
 * await network.start()
 * await node.dial(addresses)
 */
export { networkLimits } from './limits.ts'
export type { GossipLimit } from './limits.ts'
export { generatePeerSeed, peerIdFromPeerKey, peerKeyFromPeerId, peerKeyFromSeed } from './peer-key.ts'
export type { PeerKey } from './peer-key.ts'
export { judgePeerAddress } from './peer-address.ts'
export { reachOf } from './reach.ts'
export { isRelayedText } from './relay/circuit.ts'
export { RESERVE_POLICIES } from './relay/needs-relay.ts'
export type { ReservePolicy } from './relay/needs-relay.ts'
export type { AddressFault, JudgedAddress } from './peer-address.ts'
export { openPeerRecord } from './peer-record.ts'
export { newestRecords } from './newest-records.ts'
export type { OpenedRecord, RefusedAddress } from './peer-record.ts'
export type { PeerMember, PeerMembership } from './membership.ts'
export { createNetworkNode, NetworkNode } from './network-node.ts'
export type { NetworkNodeOptions, PeerInfo } from './network-node-options.ts'
export type { PenaltyReason } from './peer-penalties.ts'
export { gossipTopic } from './gossip/gossip-topic.ts'
export type { TaskId } from './gossip/gossip-topic.ts'
export { createGossip, Gossip } from './gossip/gossip.ts'
export type { GossipOptions } from './gossip/gossip.ts'
export type { GossipContext, GossipHandler, GossipValidator, GossipVerdict } from './gossip/gossip-validator.ts'
export { createBlobExchange, BlobExchange } from './blob/blob-exchange.ts'
export type { BlobExchangeOptions, FetchOptions, FetchUpdateOptions, VerifiedUpdate } from './blob/blob-exchange.ts'
export type { BlobSource, DocumentPart } from './blob/blob-source.ts'
export type { DocumentSink } from './blob/document-sink.ts'
export type { UpdateFetch, VerifiedSegments } from './blob/update-fetch.ts'
export { createRoundSync, RoundSync } from './sync/round-sync.ts'
export type { RoundSyncOptions } from './sync/round-sync.ts'
