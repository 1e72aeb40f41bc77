// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IVotes} from "@openzeppelin/contracts/governance/utils/IVotes.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {UUPSUpgradeable} from "@openzeppelin/contracts/proxy/utils/UUPSUpgradeable.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {StakeVaultExtension} from "./StakeVaultExtension.sol";
import {StakeVaultState} from "./StakeVaultState.sol";
import {IBurnableERC20} from "./interfaces/IBurnableERC20.sol";
import {IEntityRegistry} from "./interfaces/IEntityRegistry.sol";
import {IRoundLedger} from "./interfaces/IRoundLedger.sol";
import {IStakeVault} from "./interfaces/IStakeVault.sol";
import {History} from "./lib/History.sol";
import {PassOn} from "./lib/PassOn.sol";
import {Payouts} from "./lib/Payouts.sol";
import {TokenBurn} from "./lib/TokenBurn.sol";
import {Slashing} from "./vault/Slashing.sol";

/// @title StakeVault
/// @dev Behaviour and assumptions: see `IStakeVault`; votes: `IStakeVotes`; who is admitted: `IEntityRegistry`; how the state
/// is kept: `StakeVaultState`. What does not fit into this contract is in `StakeVaultExtension`.
contract StakeVault is
    IStakeVault,
    StakeVaultState,
    UUPSUpgradeable,
    Payouts
{
    using Checkpoints for Checkpoints.Trace208;
    using History for Checkpoints.Trace208;
    using SafeERC20 for IBurnableERC20;

    uint32 public constant NO_SLOT = type(uint32).max;
    /// Leaves of the ledger tree (docs/protocol.md §2).
    uint32 public constant MAX_SLOTS = 1024;
    /// Rows of a claim.
    uint16 public constant MAX_SEATS = 128;
    uint16 private constant _JOINING_FEE_BPS = 100;
    uint16 public constant MAX_BOUNTY_BPS = 2000;
    /// The rules weigh rows exactly while what they count sums to less than 2^110. 128 drawn rows count at most 129 times
    /// all stake of the task (`Committee.weight`).
    uint128 public constant MAX_STAKE = (1 << 102) - 1;

    /// @custom:oz-upgrades-unsafe-allow state-variable-immutable
    address private immutable _EXTENSION = address(new StakeVaultExtension());
    uint32 private immutable _MIN_UNBONDING_DELAY;
    uint32 private immutable _MAX_UNBONDING_DELAY;
    uint128 private immutable _MIN_BOND_FLOOR;
    uint128 private immutable _MIN_BOND_CEILING;

    /// @custom:oz-upgrades-unsafe-allow constructor state-variable-immutable
    constructor(Bounds memory limits) {
        _requireWithin(limits.minUnbondingDelay, 1, limits.maxUnbondingDelay);
        // A floor of 0 would let an empty bond count.
        _requireWithin(limits.minBondFloor, 1, limits.minBondCeiling);
        _requireWithin(limits.minBondCeiling, 1, type(uint96).max);
        _MIN_UNBONDING_DELAY = limits.minUnbondingDelay;
        _MAX_UNBONDING_DELAY = limits.maxUnbondingDelay;
        _MIN_BOND_FLOOR = limits.minBondFloor;
        _MIN_BOND_CEILING = limits.minBondCeiling;
        _disableInitializers();
    }

    function initialize(
        address owner_,
        IBurnableERC20 token_,
        uint128 minBond_,
        uint128 minOperatorBond_,
        uint32 unbondingDelay_
    ) external initializer {
        if (address(token_) == address(0)) revert ZeroAddress();
        __Ownable_init(owner_);
        _vault().token = token_;
        _setMinBond(minBond_);
        _setMinOperatorBond(minOperatorBond_);
        _setUnbondingDelay(unbondingDelay_);
    }

    // ── Stake ─────────────────────────────────────────────────────────────────────────────────────────────────────

    /// @inheritdoc IStakeVault
    function bond(uint128 amount) external nonReentrant whenRunning {
        if (amount == 0) revert ZeroAmount();
        VaultStorage storage $ = _vault();
        AccountState storage acc = $.accounts[msg.sender];
        _requireAdmitted($, acc);
        if (acc.inEntity) _entityBonded(msg.sender, amount);

        IBurnableERC20 token_ = $.token;
        uint256 before = token_.balanceOf(address(this));
        token_.safeTransferFrom(msg.sender, address(this), amount);
        uint256 received = token_.balanceOf(address(this)) - before;
        // INVARIANT: vault balance = bonds + owed. A bond counts only the amount that arrived.
        if (received != amount) revert ShortTransfer(received, amount);

        uint128 bonded = acc.bonded + amount;
        acc.bonded = bonded;
        $.bonded += amount;
        emit Bonded(msg.sender, amount, bonded);
    }

    /// @inheritdoc IStakeVault
    function withdraw(uint128 amount) external nonReentrant whenRunning {
        if (amount == 0) revert ZeroAmount();
        VaultStorage storage $ = _vault();
        AccountState storage acc = $.accounts[msg.sender];
        _takeFree($, acc, amount);
        emit Withdrawn(msg.sender, amount, acc.bonded);
        $.token.safeTransfer(msg.sender, amount);
    }

    // ── Tasks ─────────────────────────────────────────────────────────────────────────────────────────────────────

    /// @inheritdoc IStakeVault
    function allocate(uint256 task, Role role, uint128 amount) external nonReentrant whenRunning {
        if (amount == 0) revert ZeroAmount();
        if (role == Role.None) revert RoleMissing();
        VaultStorage storage $ = _vault();
        AccountState storage acc = $.accounts[msg.sender];
        _requireAdmitted($, acc);
        if (acc.operatorKey == address(0)) revert KeysMissing(msg.sender);
        // INVARIANT: stake is at risk under terms that its owner can read.
        if (task == 0 || task > $.ledger.taskCount()) revert UnknownTask(task);

        TaskBook storage book = $.tasks[task];
        AllocationState storage a = book.allocations[msg.sender];
        if (a.freeAt != 0) revert StillLeaving(task, _wall(a.freeAt));
        if (a.role == Role.None) a.role = role;
        else if (a.role != role) revert RoleFixed(a.role, role);
        if (a.slotTag == 0) _join($, book, acc, a, task);
        _requireFree(acc, amount);

        uint128 total = a.amount + amount;
        uint128 penalty = _penalty($, task, role);
        uint128 minimum = _minimum($, role, penalty);
        if (total < minimum) revert BelowMinimum(total, minimum);
        // INVARIANT: no task's stake exceeds MAX_STAKE, for all tasks together do not.
        uint256 all = uint256($.allocated) + amount;
        if (all > MAX_STAKE) revert TooMuchStake(all, MAX_STAKE);
        a.amount = total;
        acc.allocated += amount;
        $.allocated = uint128(all);
        _sync($, book, acc, a, task, msg.sender, penalty);
        if (role == Role.Member && a.stake.latest() == 0) revert SeatsFull(task, MAX_SEATS);
        emit Allocated(task, msg.sender, role, amount, total);
    }

    /// @inheritdoc IStakeVault
    function leave(uint256 task) external nonReentrant whenRunning {
        VaultStorage storage $ = _vault();
        TaskBook storage book = $.tasks[task];
        AllocationState storage a = book.allocations[msg.sender];
        uint128 amount = a.amount;
        if (amount == 0 || a.freeAt != 0) revert NothingAllocated(task, msg.sender);
        // INVARIANT: a member exposed to an open round cannot leave before its challenge ends. The stake stops counting
        // now, so only rounds opened until now expose it, and no task exposes for longer than the delay. The delay is
        // kept in running time: a pause delays leaving as it delays rounds.
        uint40 freeAt = uint40(_running(block.timestamp) + unbondingDelay());
        a.freeAt = freeAt;
        _sync($, book, $.accounts[msg.sender], a, task, msg.sender, 0);
        emit Left(task, msg.sender, amount, uint40(_wall(freeAt)));
    }

    /// @inheritdoc IStakeVault
    function release(uint256 task, address owner_) external nonReentrant whenRunning {
        VaultStorage storage $ = _vault();
        AllocationState storage a = $.tasks[task].allocations[owner_];
        if (a.freeAt == 0) revert NothingAllocated(task, owner_);
        if (!_ended(a)) revert StillLeaving(task, _wall(a.freeAt));
        uint128 amount = a.amount;
        (a.amount, a.freeAt) = (0, 0);
        $.accounts[owner_].allocated -= amount;
        $.allocated -= amount;
        emit Released(task, owner_, amount);
    }

    /// @inheritdoc IStakeVault
    function slash(uint256 task, address owner_, uint128 amount, address recipient, uint16 bountyBps)
        external
        nonReentrant
        whenRunning
        returns (uint128 taken, uint128 bounty)
    {
        VaultStorage storage $ = _vault();
        if (msg.sender != address($.ledger)) revert NotLedger(msg.sender);
        if (bountyBps > MAX_BOUNTY_BPS) revert BountyTooHigh(bountyBps, MAX_BOUNTY_BPS);

        TaskBook storage book = $.tasks[task];
        AllocationState storage a = book.allocations[owner_];
        // INVARIANT: leaving stake stays slashable until the delay is over.
        if (_ended(a)) return (0, 0);
        uint128 allocated = a.amount;
        // INVARIANT: a task takes from what was allocated to it, and from nothing else.
        taken = Slashing.take(amount, allocated);
        if (taken == 0) return (0, 0);

        AccountState storage acc = $.accounts[owner_];
        a.amount = allocated - taken;
        acc.allocated -= taken;
        $.allocated -= taken;
        _takeBond($, acc, owner_, taken);
        // What an operator is slashed for costs the task's penalty, so the ledger need not be asked for it.
        _sync($, book, acc, a, task, owner_, amount);

        // INVARIANT: slashed = bounty + burned.
        if (recipient != address(0)) bounty = uint128(uint256(taken) * bountyBps / 10_000);
        uint128 burned = Slashing.burned(taken, bounty);
        emit Slashed(task, owner_, taken, bounty, burned, recipient);
        // A token that refuses a burn or a payment must not stop a slash.
        _owe(recipient, bounty);
        _burn($, burned);
    }

    /// @inheritdoc IStakeVault
    function refresh(uint256 task, address owner_) external nonReentrant whenRunning {
        VaultStorage storage $ = _vault();
        AccountState storage acc = $.accounts[owner_];
        _readmit($, acc);
        TaskBook storage book = $.tasks[task];
        AllocationState storage a = book.allocations[owner_];
        _sync($, book, acc, a, task, owner_, _penalty($, task, a.role));
    }

    // ── Keys ──────────────────────────────────────────────────────────────────────────────────────────────────────

    /// @inheritdoc IStakeVault
    function registerKeys(address, bytes32, bytes calldata) external {
        PassOn.to(_EXTENSION);
    }

    /// @inheritdoc IVotes
    function delegate(address) external {
        PassOn.to(_EXTENSION);
    }

    /// @inheritdoc IVotes
    function delegateBySig(address, uint256, uint256, uint8, bytes32, bytes32) external {
        PassOn.to(_EXTENSION);
    }

    // ── Governance ────────────────────────────────────────────────────────────────────────────────────────────────

    /// @inheritdoc IStakeVault
    function setLedger(IRoundLedger ledger_) external onlyOwner {
        VaultStorage storage $ = _vault();
        if (address(ledger_) == address(0)) revert ZeroAddress();
        if (address($.ledger) != address(0)) revert LedgerFixed(address($.ledger));
        $.ledger = ledger_;
        emit LedgerSet(address(ledger_));
    }

    /// @inheritdoc IStakeVault
    function setMinBond(uint128 minBond_) external onlyOwner {
        _setMinBond(minBond_);
    }

    /// @inheritdoc IStakeVault
    function setMinOperatorBond(uint128 minOperatorBond_) external onlyOwner {
        _setMinOperatorBond(minOperatorBond_);
    }

    /// @inheritdoc IStakeVault
    function setUnbondingDelay(uint32 unbondingDelay_) external onlyOwner {
        _setUnbondingDelay(unbondingDelay_);
    }

    /// @inheritdoc IEntityRegistry
    function setEntity(bytes32, uint128) external {
        PassOn.to(_EXTENSION);
    }

    /// @inheritdoc IEntityRegistry
    function setEntityOf(address, bytes32) external {
        PassOn.to(_EXTENSION);
    }

    /// @inheritdoc IEntityRegistry
    function setConsortiumMode(bool) external {
        PassOn.to(_EXTENSION);
    }

    // ── Views ─────────────────────────────────────────────────────────────────────────────────────────────────────

    /// @inheritdoc IStakeVault
    function token() external view returns (IBurnableERC20) {
        return _vault().token;
    }

    /// @inheritdoc IStakeVault
    function bounds() external view returns (Bounds memory) {
        return Bounds(_MIN_UNBONDING_DELAY, _MAX_UNBONDING_DELAY, _MIN_BOND_FLOOR, _MIN_BOND_CEILING);
    }

    /// @inheritdoc IStakeVault
    function minUnbondingDelay() external view returns (uint32) {
        return _MIN_UNBONDING_DELAY;
    }

    /// @inheritdoc IStakeVault
    function unbondingDelay() public view returns (uint32) {
        // An upgrade may have raised the minimum, which the exposure of new tasks is checked against.
        return uint32(Math.max(_vault().unbondingDelay, _MIN_UNBONDING_DELAY));
    }

    /// @inheritdoc IStakeVault
    function minBond() external view returns (uint128) {
        return _vault().minBond;
    }

    /// @inheritdoc IStakeVault
    function minOperatorBond() external view returns (uint128) {
        return _vault().minOperatorBond;
    }

    /// @inheritdoc IStakeVault
    function minimumOf(uint256 task, Role role) external view returns (uint128) {
        VaultStorage storage $ = _vault();
        return _minimum($, role, _penalty($, task, role));
    }

    /// @inheritdoc IStakeVault
    function joiningFee() public view returns (uint128) {
        VaultStorage storage $ = _vault();
        return $.consortium ? 0 : uint128(uint256($.minBond) * _JOINING_FEE_BPS / 10_000);
    }

    /// @inheritdoc IStakeVault
    function totals() external view returns (uint128 bonded, uint128 allocated) {
        VaultStorage storage $ = _vault();
        return ($.bonded, $.allocated);
    }

    /// @inheritdoc IStakeVault
    function account(address owner_) external view returns (Account memory) {
        AccountState storage acc = _vault().accounts[owner_];
        return
            Account({bonded: acc.bonded, allocated: acc.allocated, operatorKey: acc.operatorKey, peerKey: acc.peerKey});
    }

    /// @inheritdoc IStakeVault
    function allocation(uint256 task, address owner_) external view returns (Allocation memory) {
        AllocationState storage a = _vault().tasks[task].allocations[owner_];
        return Allocation({
            amount: a.amount,
            eligible: uint128(a.stake.latest()),
            freeAt: a.freeAt == 0 ? 0 : uint40(_wall(a.freeAt)),
            slot: _slotOf(a),
            role: a.role
        });
    }

    /// @inheritdoc IStakeVault
    function ownerOf(address operatorKey) external view returns (address) {
        return _vault().keys[operatorKey].owner;
    }

    /// @inheritdoc IStakeVault
    function ownerOfPeer(bytes32 peerKey) external view returns (address) {
        return _vault().peers[peerKey];
    }

    /// @inheritdoc IStakeVault
    function actingFor(uint256 task, address operatorKey)
        external
        view
        returns (address owner_, Role role, bool eligible)
    {
        return _actingFor(task, operatorKey);
    }

    function _actingFor(uint256 task, address operatorKey)
        private
        view
        returns (address owner_, Role role, bool eligible)
    {
        VaultStorage storage $ = _vault();
        KeyRecord memory record = $.keys[operatorKey];
        if (!record.active) return (address(0), Role.None, false);
        AllocationState storage a = $.tasks[task].allocations[record.owner];
        return (record.owner, a.role, a.operates);
    }

    /// @inheritdoc IStakeVault
    function operatorEligible(uint256 task, address owner_) external view returns (bool) {
        VaultStorage storage $ = _vault();
        return $.tasks[task].allocations[owner_].operates && _admitted($, $.accounts[owner_]);
    }

    /// @inheritdoc IStakeVault
    function stakeAt(uint256 task, address owner_, uint256 timepoint) external view returns (uint128) {
        return _stakeAt(_vault().tasks[task], owner_, _past(timepoint));
    }

    /// @inheritdoc IStakeVault
    function keyAt(address owner_, uint256 timepoint) external view returns (address) {
        return _keyAt(_vault().accounts[owner_], _past(timepoint));
    }

    /// @inheritdoc IStakeVault
    function memberAt(uint256 task, address owner_, uint256 timepoint)
        external
        view
        returns (address operatorKey, uint128 stake)
    {
        VaultStorage storage $ = _vault();
        uint48 past = _past(timepoint);
        return (_keyAt($.accounts[owner_], past), _stakeAt($.tasks[task], owner_, past));
    }

    /// @inheritdoc IStakeVault
    function totalStakeAt(uint256 task, uint256 timepoint) external view returns (uint256) {
        (, uint256 stake) = _joinedAt(task, _past(timepoint));
        return stake;
    }

    /// @inheritdoc IStakeVault
    function memberCountAt(uint256 task, uint256 timepoint) external view returns (uint256) {
        (uint256 members,) = _joinedAt(task, _past(timepoint));
        return members;
    }

    /// @inheritdoc IStakeVault
    function openingAt(uint256 task, address operatorKey, uint256 timepoint)
        external
        view
        returns (address owner_, Role role, bool eligible, uint256 members, uint256 stake)
    {
        (owner_, role, eligible) = _actingFor(task, operatorKey);
        (members, stake) = _joinedAt(task, _past(timepoint));
    }

    /// @inheritdoc IStakeVault
    function slotCount(uint256 task) external view returns (uint32) {
        return _vault().tasks[task].slotCount;
    }

    /// @inheritdoc IStakeVault
    function slotOf(uint256 task, address owner_) external view returns (uint32) {
        return _slotOf(_vault().tasks[task].allocations[owner_]);
    }

    /// @inheritdoc IStakeVault
    function slotOwner(uint256 task, uint32 slot) external view returns (address) {
        return _vault().tasks[task].slots[slot];
    }

    // ── Rules ─────────────────────────────────────────────────────────────────────────────────────────────────────

    /// @dev Updates the stake that counts in a task to the allocation, from this second on.
    /// @param penalty of a false claim in the task; of a member, or of one that leaves, it does not matter
    function _sync(
        VaultStorage storage $,
        TaskBook storage book,
        AccountState storage acc,
        AllocationState storage a,
        uint256 task,
        address owner_,
        uint128 penalty
    ) private {
        uint128 amount = a.amount;
        bool qualifies = a.freeAt == 0 && amount >= _minimum($, a.role, penalty) && _admitted($, acc);
        if (a.role != Role.Member) {
            a.operates = qualifies;
            return;
        }
        uint208 previous = a.stake.latest();
        uint208 next = qualifies ? amount : 0;
        // A seat that was lost is not held: the member counts again when one is free and the account is refreshed.
        if (previous == 0 && next != 0 && book.members >= MAX_SEATS && $.ledger.committeeOf(task) == 0) next = 0;
        if (next == previous) return;
        uint48 now_ = uint48(block.timestamp);
        a.stake.push(now_, next);
        uint128 total = uint128(book.stake + next - previous);
        uint16 members = book.members;
        if (previous == 0) ++members;
        if (next == 0) --members;
        (book.members, book.since, book.stake) = (members, now_, total);
        book.totalStake.push(now_, total);
        if (previous == 0 || next == 0) book.memberCount.push(now_, members);
        emit EligibleChanged(task, owner_, uint128(next), total);
        // INVARIANT: votes are the stake that counts, over all tasks.
        uint208 votes = acc.stake.latest();
        acc.stake.push(now_, votes + next - previous);
        $.totalStake.push(now_, $.totalStake.latest() + next - previous);
        _stakeMoved(owner_, votes, votes + next - previous);
    }

    /// @dev Gives an account its slot in the task, which it keeps for the task's life, and burns the fee.
    function _join(
        VaultStorage storage $,
        TaskBook storage book,
        AccountState storage acc,
        AllocationState storage a,
        uint256 task
    ) private {
        uint32 slot = book.slotCount;
        if (slot == MAX_SLOTS) revert SlotsFull(slot, MAX_SLOTS);
        book.slotCount = slot + 1;
        book.slots[slot] = msg.sender;
        a.slotTag = slot + 1;
        // INVARIANT: a slot costs something for good, so a task's slots cannot be used up with stake that comes back.
        uint128 fee = joiningFee();
        emit SlotAssigned(task, msg.sender, slot, fee);
        if (fee == 0) return;
        _takeFree($, acc, fee);
        _burn($, fee);
    }

    function _takeFree(VaultStorage storage $, AccountState storage acc, uint128 amount) private {
        _requireFree(acc, amount);
        _takeBond($, acc, msg.sender, amount);
    }

    function _takeBond(VaultStorage storage $, AccountState storage acc, address owner_, uint128 amount) private {
        acc.bonded -= amount;
        $.bonded -= amount;
        if (acc.inEntity) _entityReleased(owner_, amount);
    }

    function _requireFree(AccountState storage acc, uint128 amount) private view {
        // INVARIANT: the allocations of an account, leaving ones included, are within its bond.
        uint128 free = acc.bonded - acc.allocated;
        if (amount > free) revert InsufficientBond(free, amount);
    }

    function _ended(AllocationState storage a) private view returns (bool) {
        return a.freeAt != 0 && _running(block.timestamp) >= a.freeAt;
    }

    /// @dev INVARIANT: whoever may post in a task can pay for a false claim there.
    function _minimum(VaultStorage storage $, Role role, uint128 penalty) private view returns (uint128) {
        return role == Role.Member ? $.minBond : uint128(Math.max($.minOperatorBond, penalty));
    }

    function _penalty(VaultStorage storage $, uint256 task, Role role) private view returns (uint128) {
        return role == Role.Operator ? $.ledger.penaltyOf(task) : 0;
    }

    function _stakeAt(TaskBook storage book, address owner_, uint48 past) private view returns (uint128) {
        return uint128(book.allocations[owner_].stake.valueAt(past));
    }

    /// @dev Mostly nothing has changed since, and one slot says all.
    function _joinedAt(uint256 task, uint48 past) private view returns (uint256 members, uint256 stake) {
        TaskBook storage book = _vault().tasks[task];
        if (book.since <= past) return (book.members, book.stake);
        return (book.memberCount.upperLookupRecent(past), book.totalStake.upperLookupRecent(past));
    }

    function _keyAt(AccountState storage acc, uint48 past) private view returns (address) {
        return address(uint160(acc.operatorKeys.valueAt(past)));
    }

    function _slotOf(AllocationState storage a) private view returns (uint32) {
        uint32 tag = a.slotTag;
        return tag == 0 ? NO_SLOT : tag - 1;
    }

    function _setMinBond(uint128 minBond_) private {
        // INVARIANT: no parameter leaves its bounds.
        _requireWithin(minBond_, _MIN_BOND_FLOOR, _MIN_BOND_CEILING);
        _vault().minBond = uint96(minBond_);
        emit MinBondSet(minBond_);
    }

    function _setMinOperatorBond(uint128 minOperatorBond_) private {
        // INVARIANT: no parameter leaves its bounds.
        _requireWithin(minOperatorBond_, _MIN_BOND_FLOOR, _MIN_BOND_CEILING);
        _vault().minOperatorBond = uint96(minOperatorBond_);
        emit MinOperatorBondSet(minOperatorBond_);
    }

    function _setUnbondingDelay(uint32 unbondingDelay_) private {
        // INVARIANT: no parameter leaves its bounds.
        _requireWithin(unbondingDelay_, _MIN_UNBONDING_DELAY, _MAX_UNBONDING_DELAY);
        _vault().unbondingDelay = unbondingDelay_;
        emit UnbondingDelaySet(unbondingDelay_);
    }

    function _requireWithin(uint256 value, uint256 minimum, uint256 maximum) private pure {
        if (value < minimum || value > maximum) revert OutOfBounds(value, minimum, maximum);
    }

    function _burn(VaultStorage storage $, uint128 amount) private {
        _owe(TokenBurn.DEAD, TokenBurn.tryBurn($.token, amount));
    }

    function _payoutToken() internal view override returns (IERC20) {
        return _vault().token;
    }

    /// @dev INVARIANT: no upgrade makes the shortest delay shorter than a task exposes its members.
    function _authorizeUpgrade(address next) internal view override onlyOwner {
        IRoundLedger ledger_ = _vault().ledger;
        if (address(ledger_) == address(0)) return;
        _requireWithin(IStakeVault(next).minUnbondingDelay(), ledger_.maxExposure(), type(uint32).max);
    }
}
