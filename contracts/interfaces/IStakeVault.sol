// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IBurnableERC20} from "./IBurnableERC20.sol";
import {IPauseClock} from "./IPauseClock.sol";
import {IPayouts} from "./IPayouts.sol";

/// @title StakeVault
/// @notice Holds every bond, keeps the keys of every account, and answers how much stake counted at a past second.
///
/// An account belongs to its *owner* key (cold). The owner registers a hot *operator key* that signs protocol messages and
/// a 32-byte *peer key* (the raw ed25519 public key behind the libp2p peer id). An account has one role for life.
///
/// Time: unix seconds of the chain. A timepoint is answerable once it lies in the past, so nothing that happens later in
/// the same block can change an answer (as in ERC-6372 with `mode=timestamp`).
///
/// Assumed of the token: a plain ERC-20 without fee on transfer (the vault refuses a bond that arrives short) and without
/// rebasing. `burn(uint256)` may fail or be missing: what cannot be burned is owed to 0x…dEaD and sent there by `collect`.
/// Bounties are owed too. A slash therefore depends on no transfer. While the token is paused, bonds neither enter nor
/// leave, and faults are judged all the same.
interface IStakeVault is IPauseClock, IPayouts {
    enum Role {
        None,
        Member,
        Operator
    }

    /// @param bonded stake that counts, token wei
    /// @param unbonding stake on its way out: counts for nothing, is slashable until it leaves
    /// @param eligible stake that counts for the current second: `bonded` of a member with keys, a slot and at least the
    /// minimum bond, else 0; always 0 for an operator
    /// @param unlockAt second from which `unbonding` may be withdrawn, as far as pauses are known; 0 when nothing is
    /// unbonding
    /// @param slot permanent row in the ledger tree; `NO_SLOT` (2^32 − 1) if none was assigned
    /// @param operatorKey current key, zero before the first registration
    struct Account {
        uint128 bonded;
        uint128 unbonding;
        uint128 eligible;
        uint40 unlockAt;
        uint32 slot;
        Role role;
        address operatorKey;
        bytes32 peerKey;
    }

    /// @notice A member as a round's snapshot sees it. `operatorKey` is the key valid at the timepoint, `peerKey` the current one.
    struct SnapshotMember {
        address member;
        address operatorKey;
        bytes32 peerKey;
        uint32 slot;
        uint128 stake;
    }

    /// @notice Limits no governed value can leave; immutable in the implementation.
    struct Bounds {
        uint32 minUnbondingDelay;
        uint32 maxUnbondingDelay;
        uint128 minBondFloor;
        uint128 minBondCeiling;
    }

    event Bonded(address indexed owner, uint128 amount, uint128 bonded);
    event UnbondRequested(address indexed owner, uint128 amount, uint128 unbonding, uint40 unlockAt);
    event Withdrawn(address indexed owner, uint128 amount);
    /// @param slot the account's slot, `NO_SLOT` for operators and for members that were not eligible yet
    event KeysRegistered(
        address indexed owner, address indexed operatorKey, bytes32 indexed peerKey, Role role, uint32 slot
    );
    event SlotAssigned(address indexed owner, uint32 indexed slot);
    /// @notice The stake that counts from this second on; emitted whenever it changes.
    event EligibleChanged(address indexed owner, uint128 stake, uint256 totalStake);
    /// @notice `taken = bounty + burned`.
    event Slashed(
        address indexed owner, address indexed slasher, uint128 taken, uint128 bounty, uint128 burned, address recipient
    );
    event SlasherSet(address indexed slasher, bool allowed);
    event MinBondSet(uint128 minBond);
    event MinOperatorBondSet(uint128 minOperatorBond);
    event UnbondingDelaySet(uint32 unbondingDelay);

    error ZeroAmount();
    error ZeroAddress();
    error ZeroPeerKey();
    /// @notice The token delivered less than was sent: fee-on-transfer tokens are not supported.
    error ShortTransfer(uint256 received, uint256 expected);
    error InsufficientBond(uint256 bonded, uint256 requested);
    error NothingUnbonding(address owner);
    error StillLocked(uint256 timestamp, uint256 unlockAt);
    error RoleMissing();
    error RoleFixed(Role current, Role requested);
    error KeyTaken(address operatorKey, address owner);
    error PeerTaken(bytes32 peerKey, address owner);
    /// @notice The consent was not signed by the operator key it names.
    error ConsentMismatch(address signer, address operatorKey);
    error SlotsFull(uint256 slots, uint256 limit);
    error NotSlasher(address caller);
    error BountyTooHigh(uint256 bps, uint256 maximum);
    error FutureLookup(uint256 timepoint, uint256 timestamp);
    error OutOfBounds(uint256 value, uint256 minimum, uint256 maximum);

    /// @notice Moves `amount` of the token from the caller into its bond (needs an allowance).
    /// @dev Reverts `SlotsFull` when the bond would make a member eligible and no slot is left.
    function bond(uint128 amount) external;

    /// @notice Takes `amount` out of the bond. It stops counting at once, stays slashable, and may be withdrawn after the
    /// unbonding delay. An account has one pending amount: a further request adds to it and starts the delay anew for all
    /// of it.
    function requestUnbond(uint128 amount) external;

    /// @notice Pays the caller everything that is unbonding, from `unlockAt` on.
    function withdraw() external returns (uint128 amount);

    /// @notice Registers or rotates the caller's keys. The first call fixes the role. A key or peer key that an account
    /// ever used belongs to that account for good, and its owner may return to it. The vault does not check that the
    /// owner holds the peer key. An owner whose peer key is taken makes a new one.
    /// @dev A rotation takes effect at the end of this second: signatures by the old key stay valid for rounds whose
    /// snapshot is older.
    /// @param consent 65-byte signature by `operatorKey` over the EIP-712 struct
    /// `KeyConsent(address owner,bytes32 peerKey)` in this contract's domain (name "Quorate", version "1"), so nobody can
    /// register a key that is not theirs
    function registerKeys(address operatorKey, bytes32 peerKey, Role role, bytes calldata consent) external;

    /// @notice Evaluates again whether `owner`'s bond counts. Anyone may call it after the governed minimum changed.
    function refresh(address owner) external;

    /// @notice Takes up to `amount` from `owner`, bonded stake first, then unbonding; slashers only.
    /// @param bountyBps share of what was taken that goes to `recipient`, rounded down, at most 2000; the rest is burned.
    /// The recipient is owed its share until somebody calls `collect`. Nothing is paid to the zero address: everything is burned then.
    function slash(address owner, uint128 amount, address recipient, uint16 bountyBps)
        external
        returns (uint128 taken, uint128 bounty);

    /// @notice Governance allows or forbids a contract (ledger, judge) to slash.
    function setSlasher(address slasher, bool allowed) external;
    /// @notice Governed, within `bounds()`. Accounts are re-evaluated when they next change or are refreshed.
    function setMinBond(uint128 minBond_) external;
    /// @notice Governed, within the same bounds as `minBond`; applies at once.
    function setMinOperatorBond(uint128 minOperatorBond_) external;
    /// @notice Governed, within `bounds()`; applies to later requests.
    function setUnbondingDelay(uint32 unbondingDelay_) external;

    function NO_SLOT() external view returns (uint32);
    function MAX_SLOTS() external view returns (uint32);
    function MAX_BOUNTY_BPS() external view returns (uint16);

    function token() external view returns (IBurnableERC20);
    function bounds() external view returns (Bounds memory);
    /// @notice The immutable floor of the unbonding delay; the ledger refuses tasks that expose a member for longer.
    function minUnbondingDelay() external view returns (uint32);
    function unbondingDelay() external view returns (uint32);
    function minBond() external view returns (uint128);
    function minOperatorBond() external view returns (uint128);
    function isSlasher(address slasher) external view returns (bool);
    /// @notice Stake in the vault: its token balance is never below `bonded + unbonding + owedTotal()`.
    function totals() external view returns (uint128 bonded, uint128 unbonding);

    function account(address owner) external view returns (Account memory);
    /// @notice Owner of an operator key, current or retired; zero if it was never registered.
    function ownerOf(address operatorKey) external view returns (address);
    /// @notice Owner of a peer key, current or retired; zero if it was never registered.
    function ownerOfPeer(bytes32 peerKey) external view returns (address);
    /// @notice The account for which `operatorKey` may act now (zero for unknown and retired keys), its role, and whether
    /// it is an operator with at least the minimum operator bond.
    function actingFor(address operatorKey) external view returns (address owner, Role role, bool operatorEligible_);
    /// @notice Whether `owner` is an operator with keys and at least the minimum operator bond, now.
    function operatorEligible(address owner) external view returns (bool);

    /// @notice Eligible stake of a member at the end of second `timepoint`, which must have passed.
    function stakeAt(address owner, uint256 timepoint) external view returns (uint128);
    /// @notice Operator key at the end of second `timepoint`; zero if none was registered.
    function keyAt(address owner, uint256 timepoint) external view returns (address);
    /// @notice `keyAt` and `stakeAt` in one call.
    function memberAt(address owner, uint256 timepoint) external view returns (address operatorKey, uint128 stake);
    /// @notice Sum of the members' eligible stake.
    function totalStakeAt(uint256 timepoint) external view returns (uint256);
    /// @notice Number of members with eligible stake.
    function memberCountAt(uint256 timepoint) external view returns (uint256);
    /// @notice Assigned slots; slots 0 … slotCount − 1 have an owner.
    function slotCount() external view returns (uint32);
    function slotOwner(uint32 slot) external view returns (address);
    /// @notice The members with eligible stake at `timepoint` among slots `from` (included) to `to` (excluded, capped at
    /// `slotCount`), in slot order. For callers off the chain.
    function snapshot(uint256 timepoint, uint32 from, uint32 to) external view returns (SnapshotMember[] memory);
}
