// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

/// @notice The staking token. Its `burn` may fail or be missing: see `TokenBurn`.
interface IBurnableERC20 is IERC20 {
    function burn(uint256 amount) external;
}
