// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IBurnableERC20} from "../../contracts/interfaces/IBurnableERC20.sol";
import {IStakeVault} from "../../contracts/interfaces/IStakeVault.sol";
import {Vault} from "./support/Deployed.sol";
import {Fixture} from "./support/Fixture.sol";
import {HookToken, ITransferHook} from "./support/HookToken.sol";

/// setters: only governance, only within bounds; refresh brings accounts in line
contract StakeVaultGovernanceTest is Fixture {
    function test_setters_onlyGovernance() public {
        bytes memory refused = abi.encodeWithSignature("OwnableUnauthorizedAccount(address)", address(this));
        vm.expectRevert(refused);
        vault.setMinBond(BOND);
        vm.expectRevert(refused);
        vault.setMinOperatorBond(BOND);
        vm.expectRevert(refused);
        vault.setUnbondingDelay(2 days);
        vm.expectRevert(refused);
        vault.setSlasher(judge, true);
    }

    function testFuzz_setters_keepWithinBounds(uint128 amount, uint32 delay) public {
        IStakeVault.Bounds memory limits = vault.bounds();
        vm.startPrank(governance);
        bool inside = amount >= limits.minBondFloor && amount <= limits.minBondCeiling;
        bytes memory refused = abi.encodeWithSelector(
            IStakeVault.OutOfBounds.selector, amount, limits.minBondFloor, limits.minBondCeiling
        );
        if (!inside) vm.expectRevert(refused);
        vault.setMinBond(amount);
        if (!inside) vm.expectRevert(refused);
        vault.setMinOperatorBond(amount);
        assertEq(vault.minBond(), inside ? amount : BOND);
        assertEq(vault.minOperatorBond(), inside ? amount : OPERATOR_BOND);
        inside = delay >= limits.minUnbondingDelay && delay <= limits.maxUnbondingDelay;
        if (!inside) vm.expectPartialRevert(IStakeVault.OutOfBounds.selector);
        vault.setUnbondingDelay(delay);
        assertEq(vault.unbondingDelay(), inside ? delay : 2 days);
    }

    function test_constructor_refusesEmptyBounds() public {
        IStakeVault.Bounds memory limits = vault.bounds();
        limits.minUnbondingDelay = limits.maxUnbondingDelay + 1;
        vm.expectPartialRevert(IStakeVault.OutOfBounds.selector);
        this.create(limits);
        limits = vault.bounds();
        limits.minBondFloor = 0;
        vm.expectPartialRevert(IStakeVault.OutOfBounds.selector);
        this.create(limits);
        limits = vault.bounds();
        limits.minBondCeiling = uint128(type(uint96).max) + 1;
        vm.expectPartialRevert(IStakeVault.OutOfBounds.selector);
        this.create(limits);
    }

    /// @dev External so that `expectRevert` sees a call.
    function create(IStakeVault.Bounds memory limits) external {
        bytes memory code = abi.encodePacked(vm.getCode("StakeVault.sol"), abi.encode(limits));
        address made;
        assembly ("memory-safe") {
            made := create(0, add(code, 0x20), mload(code))
            if iszero(made) {
                returndatacopy(0, 0, returndatasize())
                revert(0, returndatasize())
            }
        }
    }

    function test_refresh_appliesAChangedMinimum() public {
        Node memory n = member("a", BOND);
        vm.prank(governance);
        vault.setMinBond(BOND + 1);
        assertEq(vault.account(n.owner).eligible, BOND, "until the account is touched");
        vault.refresh(n.owner);
        assertEq(vault.account(n.owner).eligible, 0);
        vm.prank(governance);
        vault.setMinBond(BOND);
        vault.refresh(n.owner);
        assertEq(vault.account(n.owner).eligible, BOND);
        vault.refresh(watcher);
        assertEq(vault.account(watcher).eligible, 0);
    }

    function test_setSlasher_refusesZero() public {
        vm.prank(governance);
        vm.expectRevert(IStakeVault.ZeroAddress.selector);
        vault.setSlasher(address(0), true);
    }
}

/// tokens that misbehave
contract StakeVaultTokenTest is Fixture, ITransferHook {
    enum Attack {
        None,
        Withdraw,
        Bond,
        Unbond,
        Slash
    }

    Attack private attack;
    bytes private refusal;

    function _makeToken() internal override returns (IBurnableERC20) {
        return IBurnableERC20(address(new HookToken()));
    }

    function onTransfer(address, address, uint256) external {
        Attack now_ = attack;
        if (now_ == Attack.None) return;
        attack = Attack.None;
        bytes memory call;
        if (now_ == Attack.Withdraw) call = abi.encodeCall(IStakeVault.withdraw, ());
        if (now_ == Attack.Bond) call = abi.encodeCall(IStakeVault.bond, (1));
        if (now_ == Attack.Unbond) call = abi.encodeCall(IStakeVault.requestUnbond, (1));
        if (now_ == Attack.Slash) call = abi.encodeCall(IStakeVault.slash, (address(this), 1, address(0), 0));
        (bool done, bytes memory answer) = address(vault).call(call);
        assertFalse(done, "re-entered");
        refusal = answer;
    }

    function test_bond_refusesAFeeOnTransfer() public {
        HookToken(address(token)).setFee(100);
        mint(address(this), 100);
        token.approve(address(vault), 100);
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.ShortTransfer.selector, 99, 100));
        vault.bond(100);
    }

    function test_reentrancyIsRefused() public {
        HookToken(address(token)).setHook(this);
        mint(address(this), 10 * BOND);
        token.approve(address(vault), 10 * BOND);
        vm.prank(governance);
        vault.setSlasher(address(this), true);
        vault.bond(2 * BOND);
        vault.requestUnbond(BOND);
        vm.warp(vault.account(address(this)).unlockAt);

        for (uint8 i = 1; i <= uint8(Attack.Slash); ++i) {
            uint256 before = slashable(address(this));
            attack = Attack(i);
            vault.bond(BOND);
            _assertRefused();
            assertEq(slashable(address(this)), before + BOND);

            attack = Attack(i);
            vault.slash(address(this), 1, address(0), 0);
            _assertRefused();
            assertEq(slashable(address(this)), before + BOND - 1);
        }
        attack = Attack.Withdraw;
        assertEq(vault.withdraw(), BOND);
        _assertRefused();
        assertEq(held(address(vault)), slashable(address(this)));
    }

    function _assertRefused() private {
        assertEq(refusal, abi.encodeWithSignature("ReentrancyGuardReentrantCall()"));
        delete refusal;
    }
}

/// initialisation and upgrades
contract StakeVaultProxyTest is Fixture {
    function test_implementationCannotBeInitialized() public {
        Vault implementation = Vault(vm.deployCode("StakeVault.sol", abi.encode(vault.bounds())));
        vm.expectRevert(abi.encodeWithSignature("InvalidInitialization()"));
        implementation.initialize(address(this), token, BOND, BOND, 1 days);
        vm.expectRevert(abi.encodeWithSignature("InvalidInitialization()"));
        vault.initialize(address(this), token, BOND, BOND, 1 days);
    }

    function test_upgrade_onlyByGovernanceKeepsState() public {
        Node memory n = member("a", BOND);
        address next = vm.deployCode("StakeVault.sol", abi.encode(vault.bounds()));
        vm.expectRevert(abi.encodeWithSignature("OwnableUnauthorizedAccount(address)", address(this)));
        vault.upgradeToAndCall(next, "");
        vm.prank(governance);
        vault.upgradeToAndCall(next, "");
        assertEq(vault.account(n.owner).bonded, BOND);
        assertEq(vault.owner(), governance);
    }

    function test_domain_isThatOfTheProxy() public view {
        (bytes1 fields, string memory name, string memory version, uint256 chain, address self,,) = vault.eip712Domain();
        assertEq(fields, hex"0f");
        assertEq(
            keccak256(
                abi.encode(
                    keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                    keccak256(bytes(name)),
                    keccak256(bytes(version)),
                    chain,
                    self
                )
            ),
            vault.DOMAIN_SEPARATOR()
        );
        assertEq(self, address(vault));
    }
}
