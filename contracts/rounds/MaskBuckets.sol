// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {IMaskBuckets} from "../interfaces/IMaskBuckets.sol";
import {IRoundLedger} from "../interfaces/IRoundLedger.sol";
import {IStakeVault} from "../interfaces/IStakeVault.sol";
import {Participation} from "../lib/Participation.sol";
import {TaskSpec} from "../lib/Types.sol";
import {BucketDraw} from "./BucketDraw.sol";
import {Randomness} from "./Randomness.sol";

/// @title MaskBuckets
/// @dev Behaviour: see `IMaskBuckets`. Reads ledger and vault, and neither of them knows it. Immutable, without an owner and
/// without money.
contract MaskBuckets is IMaskBuckets {
    using Checkpoints for Checkpoints.Trace256;

    struct EpochState {
        uint40 snapshot;
        uint40 seedBlock;
        bytes32 seed;
        uint64[] buckets;
    }

    struct TaskState {
        uint64 latest;
        mapping(uint64 number => EpochState) epochs;
    }

    /// Blocks between the opening of an epoch and the one whose randomness draws.
    uint40 private constant _SEED_BLOCKS = 4;

    /// @inheritdoc IMaskBuckets
    IRoundLedger public immutable ledger;
    mapping(address account => Checkpoints.Trace256) private _keys;
    mapping(uint256 task => TaskState) private _tasks;

    constructor(IRoundLedger ledger_) {
        ledger = ledger_;
    }

    /// @inheritdoc IMaskBuckets
    function registerMaskKey(bytes32 key) external {
        if (key == 0) revert ZeroMaskKey();
        _keys[msg.sender].push(block.timestamp, uint256(key));
        emit MaskKeyRegistered(msg.sender, key);
    }

    /// @inheritdoc IMaskBuckets
    function open(uint256 task, TaskSpec calldata spec) external {
        _requireTerms(task, spec);
        // One number ahead: the round that an epoch begins with finds its buckets drawn.
        uint64 number = Participation.epochOf(spec.committee, ledger.current(task).round + 1);
        TaskState storage t = _tasks[task];
        EpochState storage e = t.epochs[number];
        // INVARIANT: members and block of an epoch are fixed once. Only a block whose randomness nobody can prove any more is
        // replaced, and nobody has learnt a bucket from it.
        if (e.seed != 0 || (e.seedBlock != 0 && !Randomness.forgotten(e.seedBlock))) revert EpochKnown(task, number);
        (e.snapshot, e.seedBlock) = (uint40(block.timestamp) - 1, uint40(block.number) + _SEED_BLOCKS);
        t.latest = number;
        emit EpochOpened(task, number, e.snapshot, e.seedBlock);
    }

    /// @inheritdoc IMaskBuckets
    function draw(uint256 task, TaskSpec calldata spec, bytes calldata header, address[] calldata members) external {
        _requireTerms(task, spec);
        TaskState storage t = _tasks[task];
        uint64 number = t.latest;
        EpochState storage e = t.epochs[number];
        if (e.seedBlock == 0) revert EpochUnknown(task, number);
        if (e.seed != 0) revert EpochKnown(task, number);
        bytes32 seed = Randomness.ofBlock(e.seedBlock, header);
        uint64[] memory drawn = BucketDraw.draw(seed, task, number, Participation.bucketSize(spec.committee), _candidates(task, e.snapshot, members));
        (e.seed, e.buckets) = (seed, drawn);
        emit BucketsDrawn(task, number, seed, drawn);
    }

    /// @inheritdoc IMaskBuckets
    function maskKeyAt(address account, uint256 timepoint) external view returns (bytes32) {
        return _keyAt(account, timepoint);
    }

    /// @inheritdoc IMaskBuckets
    function epoch(uint256 task, uint64 number) external view returns (Epoch memory) {
        EpochState storage e = _tasks[task].epochs[number];
        return Epoch(e.snapshot, e.seedBlock, e.seed);
    }

    /// @inheritdoc IMaskBuckets
    function latestEpoch(uint256 task) external view returns (uint64) {
        return _tasks[task].latest;
    }

    /// @inheritdoc IMaskBuckets
    function buckets(uint256 task, uint64 number) external view returns (uint64[] memory) {
        return _tasks[task].epochs[number].buckets;
    }

    /// @dev `SpecRules` bounds size and length of an epoch.
    function _requireTerms(uint256 task, TaskSpec calldata spec) private view {
        bytes32 hash = keccak256(abi.encode(spec));
        bytes32 expected = ledger.task(task).specHash;
        if (hash != expected) revert OtherSpec(hash, expected);
        if (!Participation.inBuckets(spec.committee)) revert NoBuckets(task);
    }

    /// @dev INVARIANT: all members of the snapshot are in the list. It has as many as the chain counts, each has stake, and the
    /// order keeps any from being in it twice.
    function _candidates(uint256 task, uint256 snapshot, address[] calldata members)
        private
        view
        returns (BucketDraw.Candidate[] memory candidates)
    {
        IStakeVault vault = ledger.vault();
        uint256 expected = vault.memberCountAt(task, snapshot);
        if (members.length != expected) revert WrongMembers(members.length, expected);
        candidates = new BucketDraw.Candidate[](members.length);
        for (uint256 i = 0; i < members.length; ++i) {
            address member = members[i];
            uint128 stake = vault.stakeAt(task, member, snapshot);
            if (stake == 0) revert NotMember(member);
            bool keyed = _keyAt(member, snapshot) != 0;
            candidates[i] = BucketDraw.Candidate(member, vault.slotOf(task, member), stake, keyed);
        }
    }

    function _keyAt(address account, uint256 timepoint) private view returns (bytes32) {
        return bytes32(_keys[account].upperLookupRecent(timepoint));
    }
}
