// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IBurnableERC20} from "../../../contracts/interfaces/IBurnableERC20.sol";
import {IEntityRegistry} from "../../../contracts/interfaces/IEntityRegistry.sol";
import {IRewardDistributor} from "../../../contracts/interfaces/IRewardDistributor.sol";
import {IRoundLedger} from "../../../contracts/interfaces/IRoundLedger.sol";
import {IStakeVault} from "../../../contracts/interfaces/IStakeVault.sol";
import {IStakeVotes} from "../../../contracts/interfaces/IStakeVotes.sol";

// Tests deploy the compiled artifacts and know the contracts by interface only, so a change of a test compiles no contract
// and the tests run against the very bytecode that is deployed.

interface Upgradeable {
    function owner() external view returns (address);
    function transferOwnership(address owner_) external;
    function upgradeToAndCall(address implementation, bytes calldata data) external payable;
    function DOMAIN_SEPARATOR() external view returns (bytes32);
}

interface Vault is IStakeVault, IStakeVotes, IEntityRegistry, Upgradeable {
    function initialize(
        address owner_,
        IBurnableERC20 token_,
        uint128 minBond_,
        uint128 minOperatorBond_,
        uint32 unbondingDelay_
    ) external;
    function eip712Domain()
        external
        view
        returns (bytes1, string memory, string memory, uint256, address, bytes32, uint256[] memory);
}

interface Ledger is IRoundLedger, Upgradeable {
    function initialize(address owner_, IStakeVault vault_) external;
}

interface Distributor is IRewardDistributor, Upgradeable {
    function initialize(address owner_, IERC20 token_, IRoundLedger ledger_) external;
}

interface Token is IBurnableERC20 {
    function mint(address to, uint256 amount) external;
}
