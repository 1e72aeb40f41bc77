import type { GossipsubOpts } from '@libp2p/gossipsub'
import { peerKeyFromPeerId } from './peer-key.ts'
import type { PeerPenalties } from './peer-penalties.ts'

type Scoring = Required<Pick<GossipsubOpts, 'scoreParams' | 'scoreThresholds'>>

/**
 * Below zero a peer leaves the mesh. A peer that never delivered a message gets no offers after four rejects, and is
 * ignored after ten.
 */
const thresholds: Scoring['scoreThresholds'] = {
  gossipThreshold: -16,
  publishThreshold: -36,
  graylistThreshold: -100,
  acceptPXThreshold: 1_000_000,
  opportunisticGraftThreshold: 1,
}

/**
 * Peer scoring (gossipsub v1.1 specification, "Peer Scoring"): a rejected message costs the square of the rejects of the last
 * minutes, a first delivery earns a little, up to 10. Ignored messages are free up to an allowance, because honest nodes see the
 * chain at different times; each one more costs a point of `PeerPenalties`. Deliveries per second (P3) are not scored, because rounds are quiet for minutes; addresses (P6) neither, because stake
 * already prices an identity.
 */
export function peerScoring(topics: readonly string[], penalties: Pick<PeerPenalties, 'points'>): Scoring {
  const topic = {
    topicWeight: 1,
    timeInMeshWeight: 0,
    timeInMeshQuantum: 1000,
    timeInMeshCap: 1,
    firstMessageDeliveriesWeight: 0.5,
    firstMessageDeliveriesDecay: 0.99,
    firstMessageDeliveriesCap: 20,
    meshMessageDeliveriesWeight: 0,
    meshMessageDeliveriesDecay: 0.5,
    meshMessageDeliveriesCap: 1,
    meshMessageDeliveriesThreshold: 1,
    meshMessageDeliveriesWindow: 1000,
    meshMessageDeliveriesActivation: 1000,
    meshFailurePenaltyWeight: 0,
    meshFailurePenaltyDecay: 0.5,
    invalidMessageDeliveriesWeight: -1,
    // Half is forgotten after about six minutes.
    invalidMessageDeliveriesDecay: 0.998,
  }
  return {
    scoreThresholds: thresholds,
    scoreParams: {
      topics: Object.fromEntries(topics.map((name) => [name, topic])),
      topicScoreCap: 10,
      appSpecificWeight: 1,
      appSpecificScore: (peerId) => {
        const key = peerKeyFromPeerId(peerId)
        return key ? -penalties.points(key) : 0
      },
      IPColocationFactorWeight: 0,
      IPColocationFactorThreshold: 1,
      // A late answer to an IWANT is common on a busy machine; only a habit of it counts.
      behaviourPenaltyThreshold: 6,
      retainScore: 10 * 60_000,
    },
  }
}
