// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

/// @title Payouts
/// @notice Keeps what a contract owes, in token wei, until it is collected. A recipient that refuses payment, or that the
/// token blocks, stops only its own payment.
interface IPayouts {
    event Collected(address indexed account, uint128 amount);

    error NothingOwed(address account);

    /// @notice Pays `account` everything that is owed to it. Anyone may call. What is owed to 0x…dEaD is destroyed stake
    /// of a token that cannot burn.
    function collect(address account) external returns (uint128 amount);

    function owed(address account) external view returns (uint128);
    /// @notice Sum of what is owed. It is a part of the contract's token balance.
    function owedTotal() external view returns (uint128);
}
