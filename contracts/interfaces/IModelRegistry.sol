// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Claim} from "../lib/Types.sol";
import {IRoundLedger} from "./IRoundLedger.sol";

/// @title ModelRegistry
/// @notice The origin of a model: one entry for each final round, from genesis on. An entry is named by its round's
/// claim hash, so the `parent` field of the claim names the entry before it. The registry takes the roots from the
/// claim, opened by hash. The account that registers adds only facts that the chain cannot know.
///
/// The ledger forgets claims older than its ring. `witness` shows that an older round is final: a claim is final if a
/// final claim builds on it, so final claims lead back one step at a time.
///
/// Immutable, without owner or funds. Assumed of the ledger: its answers about finality do not change (`IRoundLedger`).
interface IModelRegistry {
    /// @notice Facts about a model that are not on chain.
    /// @param datasets root of the fingerprints of the data sets it was trained on (docs/protocol.md §12)
    /// @param code commit of the program that trained it: 20-byte commit hashes are left-aligned
    /// @param licence keccak256 of the licence text
    /// @param weights SHA-256 of a file with the weights, the digest of its content address; zero where there is no file
    struct Metadata {
        bytes32 datasets;
        bytes32 code;
        bytes32 licence;
        bytes32 weights;
    }

    /// @param parent entry of the model it was trained from; the task's specification hash for a genesis model
    /// @param registeredAt second of registration; not zero
    struct Model {
        uint64 task;
        uint64 round;
        uint40 registeredAt;
        bytes32 parent;
        bytes32 modelRoot;
        bytes32 evidence;
        Metadata metadata;
    }

    /// @notice `id` is the claim hash. Genesis models have no evidence and no metadata.
    event ModelRegistered(
        bytes32 indexed id,
        uint256 indexed task,
        bytes32 indexed modelRoot,
        uint64 round,
        bytes32 parent,
        bytes32 evidence,
        Metadata metadata,
        address registrar
    );
    /// @notice A claim that the ledger may have forgotten was shown to be final.
    event Witnessed(bytes32 indexed id);

    /// @notice Neither the ledger nor a witnessed successor says that this claim is final.
    error NotFinal(uint256 task, uint256 round, bytes32 claimHash);
    error AlreadyRegistered(bytes32 id);
    /// @notice Register the parent's round first (`registerGenesis` for the first round's).
    error ParentMissing(bytes32 parent);
    /// @notice Only the operator that posted the round, by owner or operator key, and the ledger's owner may register it.
    error NotRegistrar(address caller, address operator);
    error MetadataMissing();
    error UnknownModel(bytes32 id);
    error PageOutOfBounds(uint256 limit, uint256 maximum);

    /// @notice Registers the model of a final round whose parent is registered; once.
    /// @param claim the round's claim, as posted
    /// @return id its claim hash
    function register(uint256 task, uint64 round, Claim calldata claim, Metadata calldata metadata)
        external
        returns (bytes32 id);

    /// @notice Registers the model that round 1 starts from. Anyone may call it: no field comes from the caller.
    /// @param claim the genesis claim (docs/protocol.md §5)
    function registerGenesis(uint256 task, Claim calldata claim) external returns (bytes32 id);

    /// @notice Shows that the claim before a final claim is final too. Anyone may.
    function witness(uint256 task, uint64 round, Claim calldata claim) external;

    /// @notice Longest page of `lineage`.
    function MAX_PAGE() external view returns (uint256);
    function ledger() external view returns (IRoundLedger);
    /// @notice Reverts `UnknownModel` when it is not registered.
    function model(bytes32 id) external view returns (Model memory);
    /// @notice Zero when the round is not registered.
    function idOf(uint256 task, uint64 round) external view returns (bytes32);
    /// @notice Whether the claim was shown to be final by a successor.
    function witnessed(bytes32 id) external view returns (bool);
    /// @notice The model and its ancestors, at most `limit`, newest first.
    /// @return ids their claim hashes
    /// @return models their entries
    /// @return next the claim hash to continue from, zero when genesis was reached
    function lineage(bytes32 id, uint256 limit)
        external
        view
        returns (bytes32[] memory ids, Model[] memory models, bytes32 next);
}
