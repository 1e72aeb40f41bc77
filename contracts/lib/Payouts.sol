// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IPayouts} from "../interfaces/IPayouts.sol";

/// @title Payouts
/// @dev Behaviour: see `IPayouts`.
abstract contract Payouts is IPayouts, ReentrancyGuardTransient {
    /// @custom:storage-location erc7201:quorate.storage.Payouts
    struct PayoutStorage {
        uint128 total;
        mapping(address account => uint128) owed;
    }

    // keccak256(abi.encode(uint256(keccak256("quorate.storage.Payouts")) - 1)) & ~bytes32(uint256(0xff))
    bytes32 private constant _STORAGE = 0x08f41a756c790337c50fb5e10aff4a2a04b1089ac2d1d2b9e25c8ff7a63f8d00;

    /// @inheritdoc IPayouts
    function collect(address account) external nonReentrant returns (uint128 amount) {
        PayoutStorage storage $ = _payouts();
        amount = $.owed[account];
        if (amount == 0) revert NothingOwed(account);
        $.owed[account] = 0;
        $.total -= amount;
        emit Collected(account, amount);
        SafeERC20.safeTransfer(_payoutToken(), account, amount);
    }

    /// @inheritdoc IPayouts
    function owed(address account) external view returns (uint128) {
        return _payouts().owed[account];
    }

    /// @inheritdoc IPayouts
    function owedTotal() external view returns (uint128) {
        return _payouts().total;
    }

    function _owe(address account, uint128 amount) internal {
        if (amount == 0) return;
        PayoutStorage storage $ = _payouts();
        $.owed[account] += amount;
        $.total += amount;
    }

    function _payoutToken() internal view virtual returns (IERC20);

    function _payouts() private pure returns (PayoutStorage storage $) {
        assembly ("memory-safe") {
            $.slot := _STORAGE
        }
    }
}
