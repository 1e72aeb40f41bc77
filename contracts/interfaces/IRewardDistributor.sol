// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Claim, LedgerLeaf} from "../lib/Types.sol";
import {IRoundLedger} from "./IRoundLedger.sol";

/// @title RewardDistributor
/// @notice Pays the rewards in the ledger tree of a final claim. Rewards are cumulative: one call collects every round
/// since the last one, and only the difference is paid.
///
/// A claim can be used while its round is in the ledger's ring. After that, use a later round, whose tree holds the
/// same rewards and more. Assumed of the token: a plain ERC-20 without fee on transfer or rebasing.
interface IRewardDistributor {
    event Funded(uint256 indexed task, address indexed from, uint128 amount);
    /// @param cumulative sum of all payments to the member for the task so far
    event Claimed(
        uint256 indexed task, address indexed member, uint64 indexed round, uint128 amount, uint128 cumulative
    );

    /// @notice What a stopped task did not use went back to its founder.
    event Refunded(uint256 indexed task, address indexed founder, uint128 amount);

    /// @notice The ledger is paused, and so are payments that depend on it.
    error PausedUntil(uint256 until);
    error ZeroAmount();
    error ZeroAddress();
    error ShortTransfer(uint256 received, uint256 expected);
    /// @notice The claim is not that round's claim, or it is not final yet.
    error NotFinal(uint256 task, uint256 round, bytes32 claimHash);
    error SlotOutOfRange(uint256 slot, uint256 slots);
    error WrongProof(bytes32 root, bytes32 expected);
    error NothingToClaim(uint256 reward, uint256 claimed);
    error NothingToRefund(uint256 task);
    error ExceedsLedgerTotal(uint256 claimed, uint256 ledgerTotal);

    /// @notice Moves `amount` from the caller to the rewards of a task. What the task has not used when it is stopped goes
    /// to its founder, whoever paid it in.
    function fund(uint256 task, uint128 amount) external;

    /// @notice Pays what a stopped task did not use to its founder. Anyone may send it, once no round of the task is open
    /// and all its claims are final. Rewards that were earned stay, for whoever claims them later.
    function refund(uint256 task) external returns (uint128 amount);

    /// @notice Pays `leaf.reward − claimed` to `leaf.member`. Anyone may send it.
    /// @param round a final round in the ledger's ring
    /// @param claim its claim
    /// @param leaf the member's row of the ledger tree
    /// @param slot the row's index
    /// @param proof ten siblings, from the leaf up
    function claim(
        uint256 task,
        uint64 round,
        Claim calldata claim,
        LedgerLeaf calldata leaf,
        uint256 slot,
        bytes32[10] calldata proof
    ) external returns (uint128 amount);

    function token() external view returns (IERC20);
    function ledger() external view returns (IRoundLedger);
    /// @notice Sum of all payments to a member for a task so far.
    function claimed(uint256 task, address member) external view returns (uint128);
    function totalClaimed(uint256 task) external view returns (uint128);
}
