// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Burnable} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Burnable.sol";

interface ITransferHook {
    function onTransfer(address from, address to, uint256 amount) external;
}

/// @notice A token that hands control to a stranger in the middle of every transfer, and may keep a fee: what the vault
/// and the distributor must survive or refuse.
contract HookToken is ERC20, ERC20Burnable {
    ITransferHook public hook;
    uint256 public feeBps;

    constructor() ERC20("Hook token", "HOOK") {}

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function setHook(ITransferHook hook_) external {
        hook = hook_;
    }

    function setFee(uint256 feeBps_) external {
        feeBps = feeBps_;
    }

    function _update(address from, address to, uint256 amount) internal override {
        super._update(from, to, amount);
        if (from == address(0)) return;
        if (feeBps != 0 && to != address(0)) super._update(to, address(0xfee), amount * feeBps / 10_000);
        if (address(hook) != address(0)) hook.onTransfer(from, to, amount);
    }
}
