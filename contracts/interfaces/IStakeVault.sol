// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IBurnableERC20} from "./IBurnableERC20.sol";
import {IPauseClock} from "./IPauseClock.sol";
import {IPayouts} from "./IPayouts.sol";
import {IRoundLedger} from "./IRoundLedger.sol";

/// @title StakeVault
/// @notice Holds every bond, keeps the keys of every account, and answers how much stake counted in a task at a past
/// second.
///
/// An account belongs to its *owner* key (cold). The owner registers a hot *operator key* that signs protocol messages and
/// a 32-byte *peer key* (the raw ed25519 public key behind the libp2p peer id).
///
/// A bond is at risk in no task until its owner *allocates* a part of it to one, as a member or as an operator. The task's
/// judge can take from that part and from nothing else. A member has a *seat* while its stake counts. Member or
/// operator, an account keeps its *slot* in the ledger tree for the task's life: the leaf there names it, so a slot is never
/// given to another.
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

    /// @param bonded everything that the vault holds for the account, token wei
    /// @param allocated the part of it that is at risk in tasks or still leaving one; the rest is free
    /// @param operatorKey current key, zero before the first registration
    struct Account {
        uint128 bonded;
        uint128 allocated;
        address operatorKey;
        bytes32 peerKey;
    }

    /// @param amount what the task's judge can take from, token wei
    /// @param eligible stake that counts for the current second: `amount` of a member that has not left, with at least the
    /// minimum, else 0; always 0 for an operator
    /// @param freeAt second from which a leaving allocation is free, as far as pauses are known; 0 while it is not leaving
    /// @param slot row in the task's ledger tree; `NO_SLOT` (2^32 − 1) before the first allocation
    /// @param role fixed by the first allocation for the task's life
    struct Allocation {
        uint128 amount;
        uint128 eligible;
        uint40 freeAt;
        uint32 slot;
        Role role;
    }

    /// @notice Limits no governed value can leave; immutable in the implementation.
    struct Bounds {
        uint32 minUnbondingDelay;
        uint32 maxUnbondingDelay;
        uint128 minBondFloor;
        uint128 minBondCeiling;
    }

    event Bonded(address indexed owner, uint128 amount, uint128 bonded);
    event Withdrawn(address indexed owner, uint128 amount, uint128 bonded);
    /// @param total the account's allocation to the task from now on
    event Allocated(uint256 indexed task, address indexed owner, Role role, uint128 amount, uint128 total);
    event Left(uint256 indexed task, address indexed owner, uint128 amount, uint40 freeAt);
    event Released(uint256 indexed task, address indexed owner, uint128 amount);
    event KeysRegistered(address indexed owner, address indexed operatorKey, bytes32 indexed peerKey);
    /// @param fee burned from the account's bond
    event SlotAssigned(uint256 indexed task, address indexed owner, uint32 slot, uint128 fee);
    /// @notice The stake that counts in the task from this second on; emitted whenever it changes.
    event EligibleChanged(uint256 indexed task, address indexed owner, uint128 stake, uint256 totalStake);
    /// @notice `taken = bounty + burned`.
    event Slashed(
        uint256 indexed task, address indexed owner, uint128 taken, uint128 bounty, uint128 burned, address recipient
    );
    event LedgerSet(address indexed ledger);
    event MinBondSet(uint128 minBond);
    event MinOperatorBondSet(uint128 minOperatorBond);
    event UnbondingDelaySet(uint32 unbondingDelay);

    error ZeroAmount();
    error ZeroAddress();
    error ZeroPeerKey();
    /// @notice The token delivered less than was sent: fee-on-transfer tokens are not supported.
    error ShortTransfer(uint256 received, uint256 expected);
    /// @notice The free part of the bond is smaller than what was asked for.
    error InsufficientBond(uint256 free, uint256 requested);
    error UnknownTask(uint256 task);
    error KeysMissing(address owner);
    error RoleMissing();
    error RoleFixed(Role current, Role requested);
    /// @notice The allocation would be smaller than the minimum of a member, or of an operator in this task.
    error BelowMinimum(uint256 amount, uint256 minimum);
    /// @notice Every seat of the task is taken: a claim has no room for another member. A drawn task has a seat for every
    /// member.
    error SeatsFull(uint256 task, uint256 seats);
    /// @notice All allocations together would be more than the rules can weigh.
    error TooMuchStake(uint256 allocated, uint256 maximum);
    /// @notice The account left the task, and its stake there is not free before `freeAt`.
    error StillLeaving(uint256 task, uint256 freeAt);
    /// @notice There is nothing that could leave the task, or nothing that is leaving it.
    error NothingAllocated(uint256 task, address owner);
    error KeyTaken(address operatorKey, address owner);
    error PeerTaken(bytes32 peerKey, address owner);
    /// @notice The consent was not signed by the operator key it names.
    error ConsentMismatch(address signer, address operatorKey);
    error SlotsFull(uint256 slots, uint256 limit);
    error NotLedger(address caller);
    error LedgerFixed(address ledger);
    error BountyTooHigh(uint256 bps, uint256 maximum);
    error FutureLookup(uint256 timepoint, uint256 timestamp);
    error OutOfBounds(uint256 value, uint256 minimum, uint256 maximum);

    /// @notice Moves `amount` of the token from the caller into its bond (needs an allowance). A bond counts nowhere and is
    /// at risk nowhere until it is allocated.
    function bond(uint128 amount) external;

    /// @notice Pays the caller `amount` of its free bond. The free bond is at risk nowhere and has no votes, so there is no
    /// delay: what was allocated has waited since `leave`.
    function withdraw(uint128 amount) external;

    /// @notice Puts `amount` of the caller's free bond at risk in `task`. A further call adds to it. The first one fixes the
    /// role and gives the account the next slot of the task; the joining fee is burned.
    /// @dev Reverts `BelowMinimum` when the sum is below `minimumOf(task, role)`, `SeatsFull` when all seats of the task are
    /// taken, `SlotsFull` when it has given all its slots, `StillLeaving` while an earlier allocation leaves,
    /// `TooMuchStake` when the allocations of all accounts would exceed `MAX_STAKE`.
    function allocate(uint256 task, Role role, uint128 amount) external;

    /// @notice Takes the caller out of `task`. Its stake there counts for nothing from this second on, stays slashable by
    /// the task for the unbonding delay, and is free then. No task exposes a member for longer than that delay.
    function leave(uint256 task) external;

    /// @notice Returns an allocation whose leave has ended to the free bond of its owner. Anyone may call it.
    function release(uint256 task, address owner) external;

    /// @notice Registers or rotates the caller's keys, which speak for it in every task. A key or peer key that an account
    /// ever used belongs to that account for good, and its owner may return to it. The vault does not check that the
    /// owner holds the peer key. An owner whose peer key is taken makes a new one.
    /// @dev A rotation takes effect at the end of this second: signatures by the old key stay valid for rounds whose
    /// snapshot is older.
    /// @param consent 65-byte signature by `operatorKey` over the EIP-712 struct
    /// `KeyConsent(address owner,bytes32 peerKey)` in this contract's domain (name "Quorate", version "2"), so nobody can
    /// register a key that is not theirs
    function registerKeys(address operatorKey, bytes32 peerKey, bytes calldata consent) external;

    /// @notice Evaluates again whether `owner`'s allocation counts in `task` and whether its key acts. Anyone may call it
    /// after a governed minimum, the mode or the account's entity changed.
    function refresh(uint256 task, address owner) external;

    /// @notice Takes up to `amount` from what `owner` allocated to `task`, leaving or not; the ledger only. An operator is
    /// slashed for the task's penalty of a false claim and for nothing else.
    /// @param bountyBps share of what was taken that goes to `recipient`, rounded down, at most 2000; the rest is burned.
    /// The recipient is owed its share until somebody calls `collect`. Nothing is paid to the zero address: everything is burned then.
    function slash(uint256 task, address owner, uint128 amount, address recipient, uint16 bountyBps)
        external
        returns (uint128 taken, uint128 bounty);

    /// @notice Governance names the ledger whose tasks stake is allocated to and which slashes for their judges; once.
    function setLedger(IRoundLedger ledger_) external;
    /// @notice Governed, within `bounds()`. Allocations are evaluated again when they next change or are refreshed.
    function setMinBond(uint128 minBond_) external;
    /// @notice Governed, within the same bounds as `minBond`, and as late.
    function setMinOperatorBond(uint128 minOperatorBond_) external;
    /// @notice Governed, within `bounds()`; applies to later leaves.
    function setUnbondingDelay(uint32 unbondingDelay_) external;

    function NO_SLOT() external view returns (uint32);
    function MAX_SLOTS() external view returns (uint32);
    /// @notice Members of a task whose stake counts at one time; a claim has a row for each. Drawn tasks have no such limit.
    function MAX_SEATS() external view returns (uint16);
    function MAX_BOUNTY_BPS() external view returns (uint16);
    /// @notice What all accounts together can allocate, wei.
    function MAX_STAKE() external view returns (uint128);

    function token() external view returns (IBurnableERC20);
    function bounds() external view returns (Bounds memory);
    /// @notice The immutable floor of the unbonding delay; the ledger refuses tasks that expose a member for longer.
    function minUnbondingDelay() external view returns (uint32);
    function unbondingDelay() external view returns (uint32);
    function minBond() external view returns (uint128);
    function minOperatorBond() external view returns (uint128);
    /// @notice The least that an account in this role allocates to a task: `minBond` of a member; of an operator
    /// `minOperatorBond`, or the task's penalty of a false claim if that is more.
    function minimumOf(uint256 task, Role role) external view returns (uint128);
    /// @notice One hundredth of the minimum of a member, burned from the free bond when an account gets its slot in a task; 0 in
    /// consortium mode, where voters decide who may join.
    function joiningFee() external view returns (uint128);
    /// @notice All bonds (the token balance is never below `bonded + owedTotal()`), and the part that is allocated.
    function totals() external view returns (uint128 bonded, uint128 allocated);

    function account(address owner) external view returns (Account memory);
    function allocation(uint256 task, address owner) external view returns (Allocation memory);
    /// @notice Owner of an operator key, current or retired; zero if it was never registered.
    function ownerOf(address operatorKey) external view returns (address);
    /// @notice Owner of a peer key, current or retired; zero if it was never registered.
    function ownerOfPeer(bytes32 peerKey) external view returns (address);
    /// @notice The account for which `operatorKey` may act now (zero for unknown and retired keys), its role in `task`, and
    /// whether it is an operator there with at least the minimum allocation.
    function actingFor(uint256 task, address operatorKey)
        external
        view
        returns (address owner, Role role, bool operatorEligible_);
    /// @notice Whether `owner` is an operator of `task` with at least the minimum allocation, now.
    function operatorEligible(uint256 task, address owner) external view returns (bool);

    /// @notice Stake of a member that counted in `task` at the end of second `timepoint`, which must have passed.
    function stakeAt(uint256 task, address owner, uint256 timepoint) external view returns (uint128);
    /// @notice Operator key at the end of second `timepoint`; zero if none was registered. Ledger, judge, court and nodes
    /// ask for the key of a round here, at the round's snapshot.
    function keyAt(address owner, uint256 timepoint) external view returns (address);
    /// @notice `keyAt` and `stakeAt` in one call.
    function memberAt(uint256 task, address owner, uint256 timepoint)
        external
        view
        returns (address operatorKey, uint128 stake);
    /// @notice Sum of the stake that counted in `task`.
    function totalStakeAt(uint256 task, uint256 timepoint) external view returns (uint256);
    /// @notice Number of members whose stake counted in `task`; above `MAX_SEATS` only in a drawn task.
    function memberCountAt(uint256 task, uint256 timepoint) external view returns (uint256);
    /// @notice What a round of `operatorKey` opens with: `actingFor` now, `memberCountAt` and `totalStakeAt`, in one call.
    function openingAt(uint256 task, address operatorKey, uint256 timepoint)
        external
        view
        returns (address owner, Role role, bool operatorEligible_, uint256 members, uint256 stake);
    /// @notice Slots given; slots 0 … slotCount − 1 of the task have an owner, in order of joining.
    function slotCount(uint256 task) external view returns (uint32);
    function slotOf(uint256 task, address owner) external view returns (uint32);
    function slotOwner(uint256 task, uint32 slot) external view returns (address);
}
