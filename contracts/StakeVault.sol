// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {OwnableUpgradeable} from "@openzeppelin/contracts-upgradeable/access/OwnableUpgradeable.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {UUPSUpgradeable} from "@openzeppelin/contracts/proxy/utils/UUPSUpgradeable.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {IBurnableERC20} from "./interfaces/IBurnableERC20.sol";
import {IEntityRegistry} from "./interfaces/IEntityRegistry.sol";
import {IPauseClock} from "./interfaces/IPauseClock.sol";
import {IStakeVault} from "./interfaces/IStakeVault.sol";
import {History} from "./lib/History.sol";
import {Payouts} from "./lib/Payouts.sol";
import {Statements} from "./lib/Statements.sol";
import {TokenBurn} from "./lib/TokenBurn.sol";
import {PauseClock} from "./pause/PauseClock.sol";
import {EntityRegistry} from "./vault/EntityRegistry.sol";
import {Slashing} from "./vault/Slashing.sol";
import {StakeVotes} from "./vault/StakeVotes.sol";

/// @title StakeVault
/// @dev Behaviour and assumptions: see `IStakeVault`; votes: `IStakeVotes`; who is admitted: `IEntityRegistry`.
contract StakeVault is
    IStakeVault,
    StakeVotes,
    EntityRegistry,
    PauseClock,
    OwnableUpgradeable,
    UUPSUpgradeable,
    Payouts
{
    using Checkpoints for Checkpoints.Trace208;
    using History for Checkpoints.Trace208;
    using SafeERC20 for IBurnableERC20;

    struct AccountState {
        uint128 bonded;
        uint128 unbonding;
        address operatorKey;
        // In running time (`PauseClock`).
        uint40 unlockAt;
        // The slot plus one; 0 = none.
        uint32 slotTag;
        Role role;
        // Whether the account ever delegated its votes, or received others'.
        bool delegated;
        bool inEntity;
        bytes32 peerKey;
        Checkpoints.Trace208 stake;
        Checkpoints.Trace208 operatorKeys;
    }

    /// One slot says whether a caller may act, and for which account.
    struct KeyRecord {
        address owner;
        Role role;
        bool active;
    }

    /// @custom:storage-location erc7201:quorate.storage.StakeVault
    struct VaultStorage {
        IBurnableERC20 token;
        uint32 unbondingDelay;
        uint32 slotCount;
        bool consortium;
        // One slot for the two reads of a posting: whether this operator may post, and how many members there are.
        uint96 minBond;
        uint96 minOperatorBond;
        uint16 members;
        uint48 membersSince;
        uint128 bonded;
        uint128 unbonding;
        mapping(address owner => AccountState) accounts;
        mapping(address operatorKey => KeyRecord) keys;
        mapping(bytes32 peerKey => address owner) peers;
        mapping(uint32 slot => address owner) slots;
        mapping(address slasher => bool) slashers;
        Checkpoints.Trace208 totalStake;
        Checkpoints.Trace208 memberCount;
    }

    // keccak256(abi.encode(uint256(keccak256("quorate.storage.StakeVault")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant _STORAGE = 0x00ee9ccdd53df3d31bb2e2de7707db8c0abeb21b4e211cf30f7513b0de31e200;

    uint32 public constant NO_SLOT = type(uint32).max;
    /// Leaves of the ledger tree (docs/protocol.md §2).
    uint32 public constant MAX_SLOTS = 1024;
    uint16 public constant MAX_BOUNTY_BPS = 2000;

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
        // INVARIANT: vault balance = bonds + unbonding + owed. A bond counts only the amount that arrived.
        if (received != amount) revert ShortTransfer(received, amount);

        uint128 bonded = acc.bonded + amount;
        acc.bonded = bonded;
        $.bonded += amount;
        _sync($, acc, msg.sender);
        _requireSlot($, acc);
        emit Bonded(msg.sender, amount, bonded);
    }

    /// @inheritdoc IStakeVault
    function requestUnbond(uint128 amount) external nonReentrant whenRunning {
        if (amount == 0) revert ZeroAmount();
        VaultStorage storage $ = _vault();
        AccountState storage acc = $.accounts[msg.sender];
        uint128 bonded = acc.bonded;
        if (amount > bonded) revert InsufficientBond(bonded, amount);

        uint128 unbonding = acc.unbonding + amount;
        // INVARIANT: a member exposed to an open round cannot leave before its challenge ends. The stake stops counting
        // now, so only rounds opened until now expose it, and no task exposes for longer than the shortest delay. The
        // delay is kept in running time: a pause delays withdrawals as it delays rounds.
        uint40 unlockAt = uint40(_running(block.timestamp) + $.unbondingDelay);
        acc.bonded = bonded - amount;
        acc.unbonding = unbonding;
        acc.unlockAt = unlockAt;
        if (acc.inEntity) _entityReleased(msg.sender, amount);
        $.bonded -= amount;
        $.unbonding += amount;
        _sync($, acc, msg.sender);
        emit UnbondRequested(msg.sender, amount, unbonding, uint40(_wall(unlockAt)));
    }

    /// @inheritdoc IStakeVault
    function withdraw() external nonReentrant whenRunning returns (uint128 amount) {
        VaultStorage storage $ = _vault();
        AccountState storage acc = $.accounts[msg.sender];
        amount = acc.unbonding;
        if (amount == 0) revert NothingUnbonding(msg.sender);
        if (_running(block.timestamp) < acc.unlockAt) revert StillLocked(block.timestamp, _wall(acc.unlockAt));

        acc.unbonding = 0;
        acc.unlockAt = 0;
        $.unbonding -= amount;
        emit Withdrawn(msg.sender, amount);
        $.token.safeTransfer(msg.sender, amount);
    }

    /// @inheritdoc IStakeVault
    function slash(address owner_, uint128 amount, address recipient, uint16 bountyBps)
        external
        nonReentrant
        whenRunning
        returns (uint128 taken, uint128 bounty)
    {
        VaultStorage storage $ = _vault();
        if (!$.slashers[msg.sender]) revert NotSlasher(msg.sender);
        if (bountyBps > MAX_BOUNTY_BPS) revert BountyTooHigh(bountyBps, MAX_BOUNTY_BPS);

        AccountState storage acc = $.accounts[owner_];
        // INVARIANT: unbonding stake stays slashable until it leaves.
        (uint128 bonded, uint128 unbonding) = (acc.bonded, acc.unbonding);
        (uint128 fromBonded, uint128 fromUnbonding) = Slashing.take(amount, bonded, unbonding);
        taken = fromBonded + fromUnbonding;
        if (taken == 0) return (0, 0);

        if (fromUnbonding != 0) {
            acc.unbonding = unbonding - fromUnbonding;
            if (fromUnbonding == unbonding) acc.unlockAt = 0;
            $.unbonding -= fromUnbonding;
        }
        if (fromBonded != 0) {
            acc.bonded = bonded - fromBonded;
            $.bonded -= fromBonded;
            // Only members' stake counts: see `_sync`.
            bool counts = acc.role == Role.Member;
            if (acc.inEntity) _entityReleased(owner_, fromBonded);
            if (counts) _sync($, acc, owner_);
        }

        // INVARIANT: slashed = bounty + burned.
        if (recipient != address(0)) bounty = uint128(uint256(taken) * bountyBps / 10_000);
        uint128 burned = Slashing.burned(taken, bounty);
        emit Slashed(owner_, msg.sender, taken, bounty, burned, recipient);
        // A token that refuses a burn or a payment must not stop a slash.
        _owe(recipient, bounty);
        _owe(TokenBurn.DEAD, TokenBurn.tryBurn($.token, burned));
    }

    // ── Keys ──────────────────────────────────────────────────────────────────────────────────────────────────────

    /// @inheritdoc IStakeVault
    function registerKeys(address operatorKey, bytes32 peerKey, Role role, bytes calldata consent)
        external
        nonReentrant
        whenRunning
    {
        if (operatorKey == address(0)) revert ZeroAddress();
        if (peerKey == 0) revert ZeroPeerKey();
        if (role == Role.None) revert RoleMissing();
        VaultStorage storage $ = _vault();
        AccountState storage acc = $.accounts[msg.sender];
        _requireAdmitted($, acc);
        if (acc.role != Role.None && acc.role != role) revert RoleFixed(acc.role, role);

        KeyRecord storage record = $.keys[operatorKey];
        // INVARIANT: a key, current or retired, speaks for one account only.
        if (record.owner != address(0) && record.owner != msg.sender) revert KeyTaken(operatorKey, record.owner);
        address peerOwner = $.peers[peerKey];
        if (peerOwner != address(0) && peerOwner != msg.sender) revert PeerTaken(peerKey, peerOwner);
        address signer = ECDSA.recoverCalldata(_digest(Statements.keyConsent(msg.sender, peerKey)), consent);
        if (signer != operatorKey) revert ConsentMismatch(signer, operatorKey);

        address retired = acc.operatorKey;
        if (retired != address(0)) $.keys[retired].active = false;
        (record.owner, record.role, record.active) = (msg.sender, role, true);
        $.peers[peerKey] = msg.sender;
        (acc.operatorKey, acc.peerKey, acc.role) = (operatorKey, peerKey, role);
        acc.operatorKeys.push(uint48(block.timestamp), uint160(operatorKey));
        _sync($, acc, msg.sender);
        _requireSlot($, acc);
        emit KeysRegistered(msg.sender, operatorKey, peerKey, role, _slotOf(acc));
    }

    /// @inheritdoc IStakeVault
    function refresh(address owner_) external nonReentrant whenRunning {
        _readmit(_vault(), owner_);
    }

    // ── Governance ────────────────────────────────────────────────────────────────────────────────────────────────

    /// @inheritdoc IStakeVault
    function setSlasher(address slasher, bool allowed) external onlyOwner {
        if (slasher == address(0)) revert ZeroAddress();
        _vault().slashers[slasher] = allowed;
        emit SlasherSet(slasher, allowed);
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

    /// @inheritdoc IPauseClock
    function setGuardian(address guardian_) external onlyOwner {
        _setGuardian(guardian_);
    }

    /// @inheritdoc IEntityRegistry
    function setEntity(bytes32 entity_, uint128 cap) external onlyOwner {
        _setEntity(entity_, cap);
    }

    /// @inheritdoc IEntityRegistry
    function setEntityOf(address owner_, bytes32 entity_) external onlyOwner {
        if (owner_ == address(0)) revert ZeroAddress();
        VaultStorage storage $ = _vault();
        AccountState storage acc = $.accounts[owner_];
        _setEntityOf(owner_, entity_, acc.bonded);
        acc.inEntity = entity_ != 0;
        _readmit($, owner_);
    }

    /// @inheritdoc IEntityRegistry
    function setConsortiumMode(bool on) external onlyOwner {
        _vault().consortium = on;
        emit ConsortiumModeSet(on);
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
    function unbondingDelay() external view returns (uint32) {
        return _vault().unbondingDelay;
    }

    /// @inheritdoc IStakeVault
    function minBond() external view returns (uint128) {
        return _vault().minBond;
    }

    /// @inheritdoc IStakeVault
    function minOperatorBond() external view returns (uint128) {
        return _vault().minOperatorBond;
    }

    /// @inheritdoc IEntityRegistry
    function consortiumMode() external view returns (bool) {
        return _vault().consortium;
    }

    /// @inheritdoc IStakeVault
    function isSlasher(address slasher) external view returns (bool) {
        return _vault().slashers[slasher];
    }

    /// @inheritdoc IStakeVault
    function totals() external view returns (uint128 bonded, uint128 unbonding) {
        VaultStorage storage $ = _vault();
        return ($.bonded, $.unbonding);
    }

    /// @inheritdoc IStakeVault
    function account(address owner_) external view returns (Account memory) {
        AccountState storage acc = _vault().accounts[owner_];
        return Account({
            bonded: acc.bonded,
            unbonding: acc.unbonding,
            eligible: uint128(acc.stake.latest()),
            unlockAt: acc.unlockAt == 0 ? 0 : uint40(_wall(acc.unlockAt)),
            slot: _slotOf(acc),
            role: acc.role,
            operatorKey: acc.operatorKey,
            peerKey: acc.peerKey
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
    function actingFor(address operatorKey) external view returns (address owner_, Role role, bool eligible) {
        VaultStorage storage $ = _vault();
        KeyRecord memory record = $.keys[operatorKey];
        if (!record.active) return (address(0), Role.None, false);
        return (
            record.owner,
            record.role,
            record.role == Role.Operator && $.accounts[record.owner].bonded >= $.minOperatorBond
        );
    }

    /// @inheritdoc IStakeVault
    function operatorEligible(address owner_) external view returns (bool) {
        VaultStorage storage $ = _vault();
        AccountState storage acc = $.accounts[owner_];
        return acc.role == Role.Operator && acc.bonded >= $.minOperatorBond && _admitted($, acc);
    }

    /// @inheritdoc IStakeVault
    function stakeAt(address owner_, uint256 timepoint) external view returns (uint128) {
        return uint128(_vault().accounts[owner_].stake.valueAt(_past(timepoint)));
    }

    /// @inheritdoc IStakeVault
    function keyAt(address owner_, uint256 timepoint) external view returns (address) {
        return address(uint160(_vault().accounts[owner_].operatorKeys.valueAt(_past(timepoint))));
    }

    /// @inheritdoc IStakeVault
    function memberAt(address owner_, uint256 timepoint) external view returns (address operatorKey, uint128 stake) {
        AccountState storage acc = _vault().accounts[owner_];
        uint48 past = _past(timepoint);
        return (address(uint160(acc.operatorKeys.valueAt(past))), uint128(acc.stake.valueAt(past)));
    }

    /// @inheritdoc IStakeVault
    function totalStakeAt(uint256 timepoint) external view returns (uint256) {
        return _vault().totalStake.valueAt(_past(timepoint));
    }

    /// @inheritdoc IStakeVault
    function memberCountAt(uint256 timepoint) external view returns (uint256) {
        VaultStorage storage $ = _vault();
        uint48 past = _past(timepoint);
        return $.membersSince <= past ? $.members : $.memberCount.upperLookupRecent(past);
    }

    /// @inheritdoc IStakeVault
    function slotCount() external view returns (uint32) {
        return _vault().slotCount;
    }

    /// @inheritdoc IStakeVault
    function slotOwner(uint32 slot) external view returns (address) {
        return _vault().slots[slot];
    }

    /// @inheritdoc IStakeVault
    function snapshot(uint256 timepoint, uint32 from, uint32 to)
        external
        view
        returns (SnapshotMember[] memory members)
    {
        VaultStorage storage $ = _vault();
        uint48 past = _past(timepoint);
        uint32 end = uint32(Math.min(to, $.slotCount));
        if (from >= end) return members;
        members = new SnapshotMember[](end - from);
        uint256 count = 0;
        for (uint32 slot = from; slot < end; ++slot) {
            address owner_ = $.slots[slot];
            AccountState storage acc = $.accounts[owner_];
            uint128 stake = uint128(acc.stake.valueAt(past));
            if (stake == 0) continue;
            address operatorKey = address(uint160(acc.operatorKeys.valueAt(past)));
            members[count++] = SnapshotMember(owner_, operatorKey, acc.peerKey, slot, stake);
        }
        // Shorten the array by the slots without stake: an array may be shortened in place.
        assembly ("memory-safe") {
            mstore(members, count)
        }
    }

    // ── Rules ─────────────────────────────────────────────────────────────────────────────────────────────────────

    /// @dev Updates the stake that counts to the bond, from this second on.
    function _sync(VaultStorage storage $, AccountState storage acc, address owner_) private {
        // Roles are for life: only a member's stake ever counted.
        if (acc.role != Role.Member) return;
        uint208 next = _qualifies($, acc) && _hasSlot($, acc, owner_) ? acc.bonded : 0;
        uint208 previous = acc.stake.latest();
        if (next == previous) return;
        uint48 now_ = uint48(block.timestamp);
        acc.stake.push(now_, next);
        uint208 total = $.totalStake.latest() + next - previous;
        $.totalStake.push(now_, total);
        if (previous == 0 || next == 0) {
            uint16 members = previous == 0 ? $.members + 1 : $.members - 1;
            ($.members, $.membersSince) = (members, now_);
            $.memberCount.push(now_, members);
        }
        emit EligibleChanged(owner_, uint128(next), total);
        _stakeMoved(owner_, previous, next);
    }

    function _qualifies(VaultStorage storage $, AccountState storage acc) private view returns (bool) {
        return acc.role == Role.Member && acc.bonded >= $.minBond && _admitted($, acc);
    }

    function _admitted(VaultStorage storage $, AccountState storage acc) private view returns (bool) {
        return acc.inEntity || !$.consortium;
    }

    function _requireAdmitted(VaultStorage storage $, AccountState storage acc) private view {
        if (!_admitted($, acc)) revert NotAdmitted(msg.sender);
    }

    /// @dev Updates stake and key of an account to the current rules.
    function _readmit(VaultStorage storage $, address owner_) private {
        AccountState storage acc = $.accounts[owner_];
        address operatorKey = acc.operatorKey;
        if (operatorKey != address(0)) $.keys[operatorKey].active = _admitted($, acc);
        _sync($, acc, owner_);
    }

    /// @dev Gives a member that counts for the first time the next slot, if there is one. A slash must never fail
    /// because no slot is left, so only the member's own calls refuse.
    function _hasSlot(VaultStorage storage $, AccountState storage acc, address owner_) private returns (bool) {
        if (acc.slotTag != 0) return true;
        uint32 slot = $.slotCount;
        if (slot == MAX_SLOTS) return false;
        $.slotCount = slot + 1;
        $.slots[slot] = owner_;
        acc.slotTag = slot + 1;
        emit SlotAssigned(owner_, slot);
        return true;
    }

    function _requireSlot(VaultStorage storage $, AccountState storage acc) private view {
        if (acc.slotTag == 0 && _qualifies($, acc)) revert SlotsFull($.slotCount, MAX_SLOTS);
    }

    function _slotOf(AccountState storage acc) private view returns (uint32) {
        uint32 tag = acc.slotTag;
        return tag == 0 ? NO_SLOT : tag - 1;
    }

    /// @dev A running second can still change its answer; a past second cannot.
    function _past(uint256 timepoint) internal view override returns (uint48) {
        if (timepoint >= block.timestamp) revert FutureLookup(timepoint, block.timestamp);
        return uint48(timepoint);
    }

    function _stakeHistory(address owner_) internal view override returns (Checkpoints.Trace208 storage) {
        return _vault().accounts[owner_].stake;
    }

    function _totalStakeHistory() internal view override returns (Checkpoints.Trace208 storage) {
        return _vault().totalStake;
    }

    function _everDelegated(address owner_) internal view override returns (bool) {
        return _vault().accounts[owner_].delegated;
    }

    function _markDelegated(address owner_) internal override {
        _vault().accounts[owner_].delegated = true;
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

    function _payoutToken() internal view override returns (IERC20) {
        return _vault().token;
    }

    function _authorizeUpgrade(address) internal override onlyOwner {}

    function _vault() private pure returns (VaultStorage storage $) {
        assembly ("memory-safe") {
            $.slot := _STORAGE
        }
    }
}
