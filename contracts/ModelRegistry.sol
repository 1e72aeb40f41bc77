// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {IModelRegistry} from "./interfaces/IModelRegistry.sol";
import {IRoundLedger} from "./interfaces/IRoundLedger.sol";
import {ClaimLib} from "./lib/ClaimLib.sol";
import {Claim} from "./lib/Types.sol";

/// @title ModelRegistry
/// @dev Behaviour and assumptions: see `IModelRegistry`.
contract ModelRegistry is IModelRegistry {
    using SafeCast for uint256;

    uint256 public constant MAX_PAGE = 128;

    /// @inheritdoc IModelRegistry
    IRoundLedger public immutable ledger;
    /// @inheritdoc IModelRegistry
    mapping(uint256 task => mapping(uint64 round => bytes32)) public idOf;
    /// @inheritdoc IModelRegistry
    mapping(bytes32 id => bool) public witnessed;
    mapping(bytes32 id => Model) private _models;

    constructor(IRoundLedger ledger_) {
        ledger = ledger_;
    }

    /// @inheritdoc IModelRegistry
    function register(uint256 task, uint64 round, Claim calldata claim, Metadata calldata metadata)
        external
        returns (bytes32 id)
    {
        if (metadata.datasets == 0 || metadata.code == 0 || metadata.licence == 0) revert MetadataMissing();
        id = _requireFinal(task, round, claim);
        // INVARIANT: every registered model leads back to its task's genesis.
        if (_models[claim.parent].registeredAt == 0) revert ParentMissing(claim.parent);
        _requireRegistrar(task, round);
        _write(id, task, round, claim, metadata);
    }

    /// @inheritdoc IModelRegistry
    function registerGenesis(uint256 task, Claim calldata claim) external returns (bytes32 id) {
        id = _requireFinal(task, 0, claim);
        _write(id, task, 0, claim, Metadata(0, 0, 0, 0));
    }

    /// @inheritdoc IModelRegistry
    function witness(uint256 task, uint64 round, Claim calldata claim) external {
        _requireFinal(task, round, claim);
        // Before genesis there is only the specification, which is not a claim.
        if (round == 0) revert NotFinal(task, 0, claim.parent);
        witnessed[claim.parent] = true;
        emit Witnessed(claim.parent);
    }

    /// @inheritdoc IModelRegistry
    function model(bytes32 id) external view returns (Model memory) {
        return _known(id);
    }

    /// @inheritdoc IModelRegistry
    function lineage(bytes32 id, uint256 limit)
        external
        view
        returns (bytes32[] memory ids, Model[] memory models, bytes32 next)
    {
        if (limit == 0 || limit > MAX_PAGE) revert PageOutOfBounds(limit, MAX_PAGE);
        (ids, models, next) = (new bytes32[](limit), new Model[](limit), id);
        uint256 count = 0;
        while (count < limit && next != 0) {
            Model memory entry = _known(next);
            (ids[count], models[count]) = (next, entry);
            ++count;
            next = entry.round == 0 ? bytes32(0) : entry.parent;
        }
        // Shorten the array of a short lineage: an array may be shortened in place.
        assembly ("memory-safe") {
            mstore(ids, count)
            mstore(models, count)
        }
    }

    /// @dev The claim is opened by its hash: task and round are part of it.
    function _requireFinal(uint256 task, uint64 round, Claim calldata claim) private view returns (bytes32 id) {
        id = ClaimLib.hashCalldata(claim, task, round);
        if (!witnessed[id] && !ledger.isFinalClaim(task, round, id)) revert NotFinal(task, round, id);
    }

    /// @dev When the ledger forgets a claim, it forgets the operator that posted it. Only governance may then register.
    function _requireRegistrar(uint256 task, uint64 round) private view {
        if (msg.sender == Ownable(address(ledger)).owner()) return;
        address operator = ledger.round(task, round).operator;
        (address owner,,) = ledger.vault().actingFor(task, msg.sender);
        if (operator == address(0) || (operator != msg.sender && operator != owner)) {
            revert NotRegistrar(msg.sender, operator);
        }
    }

    function _write(bytes32 id, uint256 task, uint64 round, Claim calldata claim, Metadata memory metadata) private {
        // A round has one final claim, so once per claim is once per round.
        if (_models[id].registeredAt != 0) revert AlreadyRegistered(id);
        _models[id] = Model({
            task: task.toUint64(),
            round: round,
            registeredAt: uint40(block.timestamp),
            parent: claim.parent,
            modelRoot: claim.modelRoot,
            evidence: claim.evidence,
            metadata: metadata
        });
        idOf[task][round] = id;
        emit ModelRegistered(id, task, claim.modelRoot, round, claim.parent, claim.evidence, metadata, msg.sender);
    }

    function _known(bytes32 id) private view returns (Model memory entry) {
        entry = _models[id];
        if (entry.registeredAt == 0) revert UnknownModel(id);
    }
}
