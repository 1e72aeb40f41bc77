// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {QuorateDomain} from "../lib/QuorateDomain.sol";
import {IGuardedExecutor} from "./IGuardedExecutor.sol";
import {IScoreOracle} from "./IScoreOracle.sol";

/// @title GuardedExecutor
/// @dev Behaviour and assumptions: see `IGuardedExecutor`.
contract GuardedExecutor is IGuardedExecutor, QuorateDomain, ReentrancyGuardTransient {
    bytes32 private constant _ACTION = keccak256(
        "AgentAction(address agent,address target,uint128 value,bytes data,bytes32 subject,uint64 nonce,uint64 expiry)"
    );

    /// @param since second of the window's first action
    struct Usage {
        uint40 since;
        uint40 last;
        uint32 actions;
        uint128 amount;
    }

    uint8 public constant NATIVE = 255;

    /// @inheritdoc IGuardedExecutor
    address public immutable owner;
    /// @inheritdoc IGuardedExecutor
    IScoreOracle public immutable oracle;
    /// @inheritdoc IGuardedExecutor
    address public guardian;
    /// @inheritdoc IGuardedExecutor
    bool public tripped;
    /// @inheritdoc IGuardedExecutor
    mapping(address agent => uint64) public nextNonce;
    mapping(address agent => Limits) private _limits;
    mapping(address agent => Usage) private _usage;
    mapping(address agent => mapping(address target => mapping(bytes4 selector => Permission))) private _permissions;
    mapping(bytes32 action => uint40) private _proposedAt;

    constructor(address owner_, IScoreOracle oracle_) {
        (owner, oracle) = (owner_, oracle_);
    }

    receive() external payable {}

    /// @inheritdoc IGuardedExecutor
    function propose(Action calldata action, bytes calldata signature) external returns (bytes32 id) {
        id = actionDigest(action);
        address signer = ECDSA.recoverCalldata(id, signature);
        if (signer != action.agent) revert WrongSignature(signer, action.agent);
        uint64 expected = nextNonce[action.agent];
        if (action.nonce != expected) revert WrongNonce(action.nonce, expected);
        nextNonce[action.agent] = expected + 1;
        _proposedAt[id] = uint40(block.timestamp);
        emit Proposed(id, action.agent, action.nonce, action);
    }

    /// @inheritdoc IGuardedExecutor
    function execute(Action calldata action) external nonReentrant returns (bool executed) {
        (Reason reason, uint128 amount) = _check(action);
        bytes32 id = actionDigest(action);
        if (reason == Reason.StaleScore || reason == Reason.Extreme) {
            // A revert would undo it.
            tripped = true;
            emit BreakerTripped(msg.sender, id, reason);
            return false;
        }
        if (reason != Reason.None) revert Refused(reason);
        // INVARIANT: an action executes once: its proposal and its use are gone before the call.
        delete _proposedAt[id];
        _count(action.agent, amount);
        if (_limits[action.agent].stage == Stage.Shadow) {
            emit Shadowed(id, action.agent, amount);
            return true;
        }
        (bool done, bytes memory result) = action.target.call{value: action.value}(action.data);
        if (!done) revert CallFailed(result);
        emit Executed(id, action.agent, amount, result);
        return true;
    }

    /// @inheritdoc IGuardedExecutor
    function validate(Action calldata action) external view returns (Reason reason) {
        (reason,) = _check(action);
    }

    /// @inheritdoc IGuardedExecutor
    function trip() external {
        if (msg.sender != guardian && msg.sender != owner) revert NotGuardian(msg.sender, guardian);
        tripped = true;
        emit BreakerTripped(msg.sender, 0, Reason.None);
    }

    /// @inheritdoc IGuardedExecutor
    function reset() external {
        _requireOwner();
        tripped = false;
        emit BreakerReset();
    }

    /// @inheritdoc IGuardedExecutor
    function setLimits(address agent, Limits calldata limits) external {
        _requireOwner();
        if (limits.window == 0 || limits.threshold > limits.extreme) revert BadLimits();
        _limits[agent] = limits;
        emit LimitsSet(agent, limits);
    }

    /// @inheritdoc IGuardedExecutor
    function setPermission(address agent, address target, bytes4 selector, Permission calldata permission) external {
        _requireOwner();
        // A call of this contract would come from this contract.
        if (target == address(this)) revert BadLimits();
        _permissions[agent][target][selector] = permission;
        emit PermissionSet(agent, target, selector, permission);
    }

    /// @inheritdoc IGuardedExecutor
    function setGuardian(address guardian_) external {
        _requireOwner();
        guardian = guardian_;
        emit GuardianSet(guardian_);
    }

    /// @inheritdoc IGuardedExecutor
    function limitsOf(address agent) external view returns (Limits memory) {
        return _limits[agent];
    }

    /// @inheritdoc IGuardedExecutor
    function actionDigest(Action calldata action) public view returns (bytes32) {
        return _digest(
            keccak256(
                abi.encode(
                    _ACTION,
                    action.agent,
                    action.target,
                    action.value,
                    keccak256(action.data),
                    action.subject,
                    action.nonce,
                    action.expiry
                )
            )
        );
    }

    /// @dev The cheap checks come first; the breaker trips only for an action that would have executed but for its score.
    function _check(Action calldata action) private view returns (Reason, uint128 amount) {
        uint256 proposedAt = _proposedAt[actionDigest(action)];
        if (proposedAt == 0) return (Reason.Unknown, 0);
        if (block.timestamp >= action.expiry) return (Reason.Expired, 0);
        Limits memory limits = _limits[action.agent];
        if (limits.stage == Stage.Off) return (Reason.Off, 0);
        if (tripped) return (Reason.Tripped, 0);
        if (block.timestamp < proposedAt + limits.delay) return (Reason.TooEarly, 0);
        bool allowed;
        (allowed, amount) = _amountOf(action);
        if (!allowed) return (Reason.NotAllowed, 0);
        Usage memory usage = _current(action.agent, limits.window);
        if (usage.last != 0 && block.timestamp < uint256(usage.last) + limits.cooldown) {
            return (Reason.CoolingDown, amount);
        }
        if (usage.actions >= limits.actionsPerWindow) return (Reason.TooMany, amount);
        if (limits.stage != Stage.Full) {
            if (amount > limits.amountPerAction) return (Reason.OverAction, amount);
            if (uint256(usage.amount) + amount > limits.amountPerWindow) return (Reason.OverWindow, amount);
        }
        return (_riskOf(limits, action.subject), amount);
    }

    function _riskOf(Limits memory limits, bytes32 subject) private view returns (Reason) {
        try oracle.scoreOf(limits.feed, subject) returns (uint128 score) {
            if (score >= limits.extreme) return Reason.Extreme;
            return score < limits.threshold ? Reason.None : Reason.Risky;
        } catch {
            return Reason.StaleScore;
        }
    }

    /// @dev Native currency counts where the entry says so; where it does not, none may be sent.
    function _amountOf(Action calldata action) private view returns (bool allowed, uint128 amount) {
        if (action.data.length < 4) return (false, 0);
        Permission memory permission = _permissions[action.agent][action.target][bytes4(action.data[:4])];
        if (!permission.allowed) return (false, 0);
        if (permission.amountWord == NATIVE) return (true, action.value);
        uint256 from = 4 + 32 * uint256(permission.amountWord);
        if (action.value != 0 || action.data.length < from + 32) return (false, 0);
        uint256 word = uint256(bytes32(action.data[from:from + 32]));
        return (word <= type(uint128).max, uint128(word));
    }

    /// @dev The use of the window that is open now: none if the last one is over.
    function _current(address agent, uint32 window) private view returns (Usage memory usage) {
        usage = _usage[agent];
        if (usage.since == 0 || block.timestamp >= uint256(usage.since) + window) {
            (usage.since, usage.actions, usage.amount) = (0, 0, 0);
        }
    }

    function _count(address agent, uint128 amount) private {
        Usage memory usage = _current(agent, _limits[agent].window);
        if (usage.since == 0) usage.since = uint40(block.timestamp);
        usage.last = uint40(block.timestamp);
        ++usage.actions;
        // In the stage Full amounts have no cap: the count stays at the top instead of overflowing.
        uint256 sum = uint256(usage.amount) + amount;
        usage.amount = sum > type(uint128).max ? type(uint128).max : uint128(sum);
        _usage[agent] = usage;
    }

    function _requireOwner() private view {
        if (msg.sender != owner) revert NotOwner(msg.sender, owner);
    }
}
