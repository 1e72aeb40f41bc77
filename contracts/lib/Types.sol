// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice What a posted round commits to (docs/protocol.md §5). Field order is part of the protocol: the claim's hash is
/// `keccak256(abi.encode(task, round, claim))`.
struct Claim {
    /// Hash of the claim this one builds on: the last claim that stands, for round 1 the genesis claim.
    bytes32 parent;
    bytes32 membersRoot;
    bytes32 gramRoot;
    bytes32 traceRoot;
    bytes32 transitionRoot;
    bytes32 modelRoot;
    bytes32 referenceRoot;
    bytes32 ledgerRoot;
    bytes32 evidence;
    /// Sum of the cumulative rewards in the ledger tree, wei.
    uint128 ledgerTotal;
    /// Sealed rows, at most 128.
    uint32 members;
}

/// @notice One row of the members tree (docs/protocol.md §5).
struct MemberLeaf {
    address member;
    uint32 slot;
    /// Stake at the round's snapshot, token wei.
    uint128 weight;
    bytes32 commitment;
    bytes32 signatureHash;
    /// Zero for a quarantined and for an unavailable row.
    bytes32 updateRoot;
    /// Rows that this row's member attests to hold, a bit each; bits from the claim's count on mean nothing.
    uint128 held;
    /// Hash of the attestation's signature. The claim uses no attestation of the member if it is zero.
    bytes32 attestationHash;
    uint8 verdict;
    /// Why the row is inadmissible: 1 copy, 2 value or padding, 3 norm; else 0.
    uint8 reason;
    /// 1: the lowest other available row of the same root. 2: the lowest bad chunk. 3: the row's own sum tree.
    bytes32 reasonArg;
    uint32 beta;
    uint128 score;
}

/// @notice One row of the ledger tree, at the member's slot (docs/protocol.md §5).
struct LedgerLeaf {
    address member;
    /// Cumulative reward since genesis, wei.
    uint128 reward;
    uint32 strikes;
    uint32 reputation;
    bytes32 extra;
}

/// @notice One tensor of the model (docs/protocol.md §7).
struct TensorSpec {
    /// Coordinates before padding.
    uint32 length;
    int8 updateExponent;
    int8 modelExponent;
    uint32 eta;
    uint8 shift;
}

/// @notice The aggregation rule and its parameters (docs/protocol.md §7).
struct RuleSpec {
    uint8 rule;
    uint16 byzantineBps;
    uint8 iterations;
    uint32 capQ16;
    uint16 rejectBps;
    uint8 referenceKind;
    uint16 referenceDecay;
    uint8 referenceGain;
}

/// @notice What a task is; its hash is the genesis claim's parent (docs/protocol.md §7).
struct TaskSpec {
    TensorSpec[] tensors;
    RuleSpec rule;
    uint64 minNormSq;
    uint64 maxNormSq;
    /// Assumed Byzantine share of the sealed weight, basis points.
    uint16 toleranceBps;
    /// Least sealed weight of a claim, basis points of all stake at the snapshot.
    uint16 minSealedBps;
    uint128 rewardPerRound;
    /// Share of the reward for the operator that posted a claim which pays anybody, basis points.
    uint16 operatorShareBps;
    /// Expected members of a drawn round if all stakes are small; 0: every member of the snapshot has a row.
    uint16 committee;
    bytes32 genesisModelRoot;
    bytes32 document;
}
