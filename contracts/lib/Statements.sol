// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @notice EIP-712 struct hashes of everything members and operators sign (docs/protocol.md §3, and the key consent of the
/// vault). The ledger's domain applies to all but the key consent.
library Statements {
    bytes32 internal constant COMMITMENT =
        keccak256("Commitment(uint256 task,uint64 round,address member,bytes32 commitment)");
    bytes32 internal constant RECEIPT =
        keccak256("Receipt(uint256 task,uint64 round,address member,bytes32 commitment)");
    bytes32 internal constant REVEAL =
        keccak256("Reveal(uint256 task,uint64 round,address member,bytes32 updateRoot,bytes32 salt)");
    bytes32 internal constant ATTESTATION =
        keccak256("Attestation(uint256 task,uint64 round,address member,bytes32 commitments,uint256 held)");
    bytes32 internal constant AGREEMENT = keccak256("Agreement(uint256 task,uint64 round,bytes32 claim)");
    bytes32 internal constant VOID = keccak256("Void(uint256 task,uint64 round,bytes32 claim)");
    bytes32 internal constant SESSION = keccak256(
        "Session(uint256 task,address operator,address member,bytes32 peerKey,bytes32 certificate,uint64 expires)"
    );
    bytes32 internal constant KEY_CONSENT = keccak256("KeyConsent(address owner,bytes32 peerKey)");

    function commitment(uint256 task, uint64 round, address member, bytes32 value) internal pure returns (bytes32) {
        return keccak256(abi.encode(COMMITMENT, task, round, member, value));
    }

    function receipt(uint256 task, uint64 round, address member, bytes32 value) internal pure returns (bytes32) {
        return keccak256(abi.encode(RECEIPT, task, round, member, value));
    }

    function reveal(uint256 task, uint64 round, address member, bytes32 updateRoot, bytes32 salt)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(REVEAL, task, round, member, updateRoot, salt));
    }

    function attestation(uint256 task, uint64 round, address member, bytes32 commitments, uint256 held)
        internal
        pure
        returns (bytes32)
    {
        return keccak256(abi.encode(ATTESTATION, task, round, member, commitments, held));
    }

    function agreement(uint256 task, uint64 round, bytes32 claim) internal pure returns (bytes32) {
        return keccak256(abi.encode(AGREEMENT, task, round, claim));
    }

    /// @param claim the claim to be voided, 0 for a round that is open
    function voided(uint256 task, uint64 round, bytes32 claim) internal pure returns (bytes32) {
        return keccak256(abi.encode(VOID, task, round, claim));
    }

    function session(
        uint256 task,
        address operator,
        address member,
        bytes32 peerKey,
        bytes32 certificate,
        uint64 expires
    ) internal pure returns (bytes32) {
        return keccak256(abi.encode(SESSION, task, operator, member, peerKey, certificate, expires));
    }

    function keyConsent(address owner, bytes32 peerKey) internal pure returns (bytes32) {
        return keccak256(abi.encode(KEY_CONSENT, owner, peerKey));
    }
}
