// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {Ownable} from "@openzeppelin/contracts/access/Ownable.sol";
import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Burnable} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Burnable.sol";

/// @title DevelopmentToken
/// @notice A staking token for development chains: its owner mints at will, so it must never hold value.
contract DevelopmentToken is ERC20, ERC20Burnable, Ownable {
    constructor(address owner_) ERC20("Quorate development token", "dQRT") Ownable(owner_) {}

    function mint(address to, uint256 amount) external onlyOwner {
        _mint(to, amount);
    }
}
