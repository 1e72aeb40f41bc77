// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {OwnableUpgradeable} from "@openzeppelin/contracts-upgradeable/access/OwnableUpgradeable.sol";
import {UUPSUpgradeable} from "@openzeppelin/contracts/proxy/utils/UUPSUpgradeable.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IRewardDistributor} from "./interfaces/IRewardDistributor.sol";
import {IRoundLedger} from "./interfaces/IRoundLedger.sol";
import {ClaimLib} from "./lib/ClaimLib.sol";
import {MerkleTree} from "./lib/MerkleTree.sol";
import {Claim, LedgerLeaf} from "./lib/Types.sol";

/// @title RewardDistributor
/// @dev Behaviour and assumptions: see `IRewardDistributor`.
contract RewardDistributor is IRewardDistributor, OwnableUpgradeable, UUPSUpgradeable, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    struct Totals {
        uint128 claimed;
        /// The largest ledger total of a final claim that anybody claimed from.
        uint128 ledger;
    }

    /// @custom:storage-location erc7201:quorate.storage.RewardDistributor
    struct DistributorStorage {
        IERC20 token;
        IRoundLedger ledger;
        mapping(uint256 task => Totals) totals;
        mapping(uint256 task => mapping(address member => uint128)) claimed;
    }

    // keccak256(abi.encode(uint256(keccak256("quorate.storage.RewardDistributor")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant _STORAGE = 0xf7a21970cb9e6ec5d629d8291d0a773c3f66458684900ecef1db35350d046400;

    /// Leaves of the ledger tree (docs/protocol.md §2).
    uint256 private constant _SLOTS = 1024;

    /// @custom:oz-upgrades-unsafe-allow constructor
    constructor() {
        _disableInitializers();
    }

    function initialize(address owner_, IERC20 token_, IRoundLedger ledger_) external initializer {
        if (address(token_) == address(0) || address(ledger_) == address(0)) revert ZeroAddress();
        __Ownable_init(owner_);
        DistributorStorage storage $ = _distributor();
        ($.token, $.ledger) = (token_, ledger_);
    }

    /// @inheritdoc IRewardDistributor
    function fund(uint256 task, uint128 amount) external nonReentrant {
        if (amount == 0) revert ZeroAmount();
        DistributorStorage storage $ = _distributor();
        IERC20 token_ = $.token;
        uint256 before = token_.balanceOf(address(this));
        token_.safeTransferFrom(msg.sender, address(this), amount);
        uint256 received = token_.balanceOf(address(this)) - before;
        if (received != amount) revert ShortTransfer(received, amount);
        emit Funded(task, msg.sender, amount);
        $.ledger.noteFunded(task, amount);
    }

    /// @inheritdoc IRewardDistributor
    function refund(uint256 task) external nonReentrant returns (uint128 amount) {
        DistributorStorage storage $ = _distributor();
        address founder;
        (founder, amount) = $.ledger.noteRefunded(task);
        if (amount == 0) revert NothingToRefund(task);
        emit Refunded(task, founder, amount);
        $.token.safeTransfer(founder, amount);
    }

    /// @inheritdoc IRewardDistributor
    function claim(
        uint256 task,
        uint64 round,
        Claim calldata claim_,
        LedgerLeaf calldata leaf,
        uint256 slot,
        bytes32[10] calldata proof
    ) external nonReentrant returns (uint128 amount) {
        DistributorStorage storage $ = _distributor();
        uint256 pausedUntil = $.ledger.pausedUntil();
        if (pausedUntil != 0) revert PausedUntil(pausedUntil);
        // INVARIANT: a rejected claim never pays.
        bytes32 claimHash = ClaimLib.hashCalldata(claim_, task, round);
        if (!$.ledger.isFinalClaim(task, round, claimHash)) revert NotFinal(task, round, claimHash);
        if (slot >= _SLOTS) revert SlotOutOfRange(slot, _SLOTS);
        bytes32 root = MerkleTree.rootFrom10(ClaimLib.hash(leaf), slot, proof);
        if (root != claim_.ledgerRoot) revert WrongProof(root, claim_.ledgerRoot);

        uint128 paid = $.claimed[task][leaf.member];
        if (leaf.reward <= paid) revert NothingToClaim(leaf.reward, paid);
        amount = leaf.reward - paid;
        Totals memory totals = $.totals[task];
        totals.claimed += amount;
        // Somebody may have claimed from a later round already. The total of that round covers this one.
        if (totals.ledger < claim_.ledgerTotal) totals.ledger = claim_.ledgerTotal;
        // INVARIANT: claimed ≤ a final ledger total ≤ funded. If the leaves of a tree add up to more than the claim's
        // total, only the total is paid.
        if (totals.claimed > totals.ledger) revert ExceedsLedgerTotal(totals.claimed, totals.ledger);
        $.claimed[task][leaf.member] = leaf.reward;
        $.totals[task] = totals;
        emit Claimed(task, leaf.member, round, amount, leaf.reward);
        $.token.safeTransfer(leaf.member, amount);
    }

    /// @inheritdoc IRewardDistributor
    function token() external view returns (IERC20) {
        return _distributor().token;
    }

    /// @inheritdoc IRewardDistributor
    function ledger() external view returns (IRoundLedger) {
        return _distributor().ledger;
    }

    /// @inheritdoc IRewardDistributor
    function claimed(uint256 task, address member) external view returns (uint128) {
        return _distributor().claimed[task][member];
    }

    /// @inheritdoc IRewardDistributor
    function totalClaimed(uint256 task) external view returns (uint128) {
        return _distributor().totals[task].claimed;
    }

    function _authorizeUpgrade(address) internal override onlyOwner {}

    function _distributor() private pure returns (DistributorStorage storage $) {
        assembly ("memory-safe") {
            $.slot := _STORAGE
        }
    }
}
