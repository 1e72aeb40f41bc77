// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {TimelockController} from "@openzeppelin/contracts/governance/TimelockController.sol";
import {IPauseClock} from "../interfaces/IPauseClock.sol";
import {IStakeVault} from "../interfaces/IStakeVault.sol";

/// @title QuorateTimelock
/// @notice Owns the contracts and executes the decisions of the voters, after a delay in which everyone who disagrees
/// can withdraw its stake. The delay is longer than unbonding, at deployment and after every call that the timelock
/// makes. While the vault is paused nobody's unbonding goes on, so the delay stands still too.
///
/// Roles (OpenZeppelin's): the governor proposes and cancels, the guardian cancels, anyone executes an operation that
/// is due. A guardian cancels everything but its own replacement: an operation whose every call is `setGuardian` of a
/// contract, or grants or revokes the canceller role. A call of another kind in the same operation lifts the protection,
/// so nothing else can hide behind it. Once the deployer has renounced, only the timelock itself administers roles.
contract QuorateTimelock is TimelockController {
    IStakeVault public immutable VAULT;
    /// A longer delay could never be shortened in time.
    uint256 public immutable MAX_DELAY;
    /// The last account that became a proposer. A caller that knows the ledger finds its governor: the ledger's owner,
    /// then this field.
    address public governor;
    mapping(bytes32 id => uint256) private _scheduledAt;
    /// Operations that do nothing but replace guardians.
    mapping(bytes32 id => bool) private _replacesGuardian;

    /// @notice Stake could not leave before a decision takes effect.
    error DelayTooShort(uint256 delay, uint256 unbondingDelay);
    error DelayTooLong(uint256 delay, uint256 maximum);
    /// @notice Only the governor cancels an operation that replaces a guardian.
    error ReplacesGuardian(bytes32 id);

    /// @param admin may grant roles until it renounces: the deployer, which names the governor
    constructor(IStakeVault vault_, uint256 delay, uint256 maxDelay, address[] memory executors, address admin)
        TimelockController(delay, new address[](0), executors, admin)
    {
        VAULT = vault_;
        MAX_DELAY = maxDelay;
        _requireDelay(vault_, delay, maxDelay);
    }

    function schedule(
        address target,
        uint256 value,
        bytes calldata data,
        bytes32 predecessor,
        bytes32 salt,
        uint256 delay
    ) public override {
        bytes32 id = hashOperation(target, value, data, predecessor, salt);
        _scheduledAt[id] = block.timestamp;
        _replacesGuardian[id] = _isReplacement(target, value, data);
        super.schedule(target, value, data, predecessor, salt, delay);
    }

    function scheduleBatch(
        address[] calldata targets,
        uint256[] calldata values,
        bytes[] calldata payloads,
        bytes32 predecessor,
        bytes32 salt,
        uint256 delay
    ) public override {
        bytes32 id = hashOperationBatch(targets, values, payloads, predecessor, salt);
        _scheduledAt[id] = block.timestamp;
        // An operation is what its calls are: the same calls have the same id and the same answer.
        bool replaces = targets.length != 0;
        // Lengths that differ revert below, in `super`.
        for (uint256 i = 0; replaces && i < targets.length && i < values.length && i < payloads.length; ++i) {
            replaces = _isReplacement(targets[i], values[i], payloads[i]);
        }
        _replacesGuardian[id] = replaces;
        super.scheduleBatch(targets, values, payloads, predecessor, salt, delay);
    }

    /// @notice When an operation may be executed, as far as pauses are known now; 0 if there is none, 1 if it was executed.
    function getTimestamp(bytes32 id) public view override returns (uint256 due) {
        due = super.getTimestamp(id);
        if (due <= DONE_TIMESTAMP) return due;
        uint256 from = _scheduledAt[id];
        // INVARIANT: paused time counts towards no deadline.
        return IPauseClock(address(VAULT)).deadline(from, due - from);
    }

    /// @inheritdoc TimelockController
    function cancel(bytes32 id) public override {
        // INVARIANT: a guardian cannot cancel its own replacement.
        if (_replacesGuardian[id] && msg.sender != governor) revert ReplacesGuardian(id);
        super.cancel(id);
    }

    function _grantRole(bytes32 role, address account) internal override returns (bool) {
        if (role == PROPOSER_ROLE) governor = account;
        return super._grantRole(role, account);
    }

    /// @dev This holds also for a decision about the unbonding delay itself: a proposal that raises both raises the
    /// timelock's delay first.
    function _execute(address target, uint256 value, bytes calldata data) internal override {
        super._execute(target, value, data);
        _requireDelay(VAULT, getMinDelay(), MAX_DELAY);
    }

    /// @dev `setGuardian(address)` of any contract, or a change of this contract's cancellers.
    function _isReplacement(address target, uint256 value, bytes calldata data) private view returns (bool) {
        if (value != 0 || data.length < 36) return false;
        bytes4 selector = bytes4(data[:4]);
        if (selector == IPauseClock.setGuardian.selector) return data.length == 36;
        bool role = selector == IAccessControl.grantRole.selector || selector == IAccessControl.revokeRole.selector;
        return role && target == address(this) && data.length == 68 && bytes32(data[4:36]) == CANCELLER_ROLE;
    }

    function _requireDelay(IStakeVault vault_, uint256 delay, uint256 maxDelay) private view {
        // INVARIANT: the timelock is longer than unbonding.
        uint256 unbondingDelay = vault_.unbondingDelay();
        if (delay <= unbondingDelay) revert DelayTooShort(delay, unbondingDelay);
        // INVARIANT: no parameter leaves its bounds.
        if (delay > maxDelay) revert DelayTooLong(delay, maxDelay);
    }
}
