// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {TaskSpec} from "../lib/Types.sol";
import {IRoundLedger} from "./IRoundLedger.sol";

/// @title MaskBuckets
/// @notice Keys for masks, and who shares a bucket in a task with secure aggregation
/// (docs/decisions/0009-buckets-in-tasks.md). Buckets stay for an epoch of round numbers, so that members know their masks
/// before they commit.
///
/// A draw takes two calls that anybody may make. `open` fixes the members and the block whose randomness decides, `draw`
/// brings all of them in the one right order. Neither caller chooses anything: the snapshot is the second before the first
/// call, and the block is mined after it.
interface IMaskBuckets {
    /// @param snapshot timepoint of the stakes and the keys of the epoch
    /// @param seedBlock number of the block whose randomness draws
    /// @param seed 0 until the buckets are drawn
    struct Epoch {
        uint40 snapshot;
        uint40 seedBlock;
        bytes32 seed;
    }

    event MaskKeyRegistered(address indexed account, bytes32 key);
    /// @notice The members of the epoch are fixed.
    event EpochOpened(uint256 indexed task, uint64 indexed epoch, uint40 snapshot, uint40 seedBlock);
    /// @param buckets slots of the members, 16 bits each, the lowest first
    event BucketsDrawn(uint256 indexed task, uint64 indexed epoch, bytes32 seed, uint64[] buckets);

    /// @notice A key of zero gives no secret.
    error ZeroMaskKey();
    /// @notice The members of this task have rows of their own.
    error NoBuckets(uint256 task);
    error OtherSpec(bytes32 specHash, bytes32 expected);
    /// @notice The epoch was opened and can still be drawn, or is drawn.
    error EpochKnown(uint256 task, uint64 epoch);
    /// @notice Nobody opened the epoch; `open` does.
    error EpochUnknown(uint256 task, uint64 epoch);
    /// @notice The list leaves members of the snapshot out.
    error WrongMembers(uint256 members, uint256 expected);
    error NotMember(address account);

    /// @notice Registers the caller's key for masks. It counts in epochs that are opened later; the keys before it stay known.
    /// @param key X25519, 32 bytes. Whether it gives a secret only its peers can see; a member that finds it useless sits out
    function registerMaskKey(bytes32 key) external;

    /// @notice Opens the epoch of the number after the task's current one, so that an epoch can be drawn while the last round
    /// before it runs. Once more if the randomness of its block was lost.
    /// @param spec of the task, which says how large buckets are and how long they stay
    function open(uint256 task, TaskSpec calldata spec) external;

    /// @notice Draws the buckets of the epoch that was opened last.
    /// @param header of the epoch's block, RLP
    /// @param members all of the snapshot, by falling stake and among equal stakes by rising lot
    function draw(uint256 task, TaskSpec calldata spec, bytes calldata header, address[] calldata members) external;

    function ledger() external view returns (IRoundLedger);
    /// @return key of the account at the end of second `timepoint`, 0 before its first one
    function maskKeyAt(address account, uint256 timepoint) external view returns (bytes32 key);
    function epoch(uint256 task, uint64 number) external view returns (Epoch memory);
    /// @notice The epoch that was opened last.
    function latestEpoch(uint256 task) external view returns (uint64 number);
    /// @return buckets slots of the members, 16 bits each, the lowest first
    function buckets(uint256 task, uint64 number) external view returns (uint64[] memory buckets);
}
