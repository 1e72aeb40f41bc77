// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IBurnableERC20} from "../../contracts/interfaces/IBurnableERC20.sol";
import {IRoundLedger} from "../../contracts/interfaces/IRoundLedger.sol";
import {IStakeVault} from "../../contracts/interfaces/IStakeVault.sol";
import {Vault} from "./support/Deployed.sol";
import {Fixture, TaskConfig} from "./support/Fixture.sol";
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
        vault.setLedger(ledger);
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
        quietTask();
        Node memory n = member("a", BOND);
        vm.prank(governance);
        vault.setMinBond(BOND + 1);
        assertEq(vault.allocation(home, n.owner).eligible, BOND, "until the account is touched");
        vault.refresh(home, n.owner);
        assertEq(vault.allocation(home, n.owner).eligible, 0);
        vm.prank(governance);
        vault.setMinBond(BOND);
        vault.refresh(home, n.owner);
        assertEq(vault.allocation(home, n.owner).eligible, BOND);
        vault.refresh(home, watcher);
        assertEq(vault.allocation(home, watcher).eligible, 0);
    }

    function test_setLedger_once() public {
        vm.startPrank(governance);
        vm.expectRevert(IStakeVault.ZeroAddress.selector);
        vault.setLedger(IRoundLedger(address(0)));
        vm.expectRevert(abi.encodeWithSelector(IStakeVault.LedgerFixed.selector, ledger));
        vault.setLedger(IRoundLedger(watcher));
    }

    /// Leaving is never shorter than a task exposes its members, whatever an upgrade does to the bounds.
    function test_upgrade_keepsTheDelayAboveTheExposure() public {
        Node memory nobody = node("nobody");
        TaskConfig memory config = taskConfig(nobody);
        config.terms.windows.challenge = 5 hours;
        makeTask(config);
        uint256 exposure = ledger.maxExposure();
        IStakeVault.Bounds memory limits = vault.bounds();
        limits.minUnbondingDelay = uint32(exposure) - 1;
        address shorter = vm.deployCode("StakeVault.sol", abi.encode(limits));
        vm.prank(governance);
        vm.expectRevert(
            abi.encodeWithSelector(IStakeVault.OutOfBounds.selector, exposure - 1, exposure, type(uint32).max)
        );
        vault.upgradeToAndCall(shorter, "");

        // A longer minimum holds for what is stored already.
        limits.minUnbondingDelay = 5 days;
        address longer = vm.deployCode("StakeVault.sol", abi.encode(limits));
        vm.prank(governance);
        vault.upgradeToAndCall(longer, "");
        assertEq(vault.unbondingDelay(), 5 days);
        Node memory n = member("a", BOND);
        leave(n);
        assertEq(vault.allocation(home, n.owner).freeAt, block.timestamp + 5 days);
    }
}

/// tokens that misbehave
contract StakeVaultTokenTest is Fixture, ITransferHook {
    enum Attack {
        None,
        Withdraw,
        Bond,
        Leave,
        Release,
        Allocate,
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
        if (now_ == Attack.Withdraw) call = abi.encodeCall(IStakeVault.withdraw, (1));
        if (now_ == Attack.Bond) call = abi.encodeCall(IStakeVault.bond, (1));
        if (now_ == Attack.Leave) call = abi.encodeCall(IStakeVault.leave, (home));
        if (now_ == Attack.Release) call = abi.encodeCall(IStakeVault.release, (home, address(this)));
        if (now_ == Attack.Allocate) call = abi.encodeCall(IStakeVault.allocate, (home, IStakeVault.Role.Member, 1));
        if (now_ == Attack.Slash) call = abi.encodeCall(IStakeVault.slash, (home, address(this), 1, address(0), 0));
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
        mint(address(this), 20 * BOND);
        token.approve(address(vault), 20 * BOND);
        quietTask();
        Node memory n = node("this");
        n.owner = address(this);
        register(n);
        vault.bond(3 * BOND);
        vault.allocate(home, IStakeVault.Role.Member, BOND);

        for (uint8 i = 1; i <= uint8(Attack.Slash); ++i) {
            uint256 before = slashable(address(this));
            attack = Attack(i);
            vault.bond(BOND);
            _assertRefused();
            assertEq(slashable(address(this)), before + BOND);

            attack = Attack(i);
            slash(address(this), 1, address(0), 0);
            _assertRefused();
            assertEq(slashable(address(this)), before + BOND - 1);
        }
        attack = Attack.Withdraw;
        vault.withdraw(BOND);
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

    /// The calls that the vault passes on: the code is the extension's, and all that they change is the vault's.
    function test_extension_aDirectCallReachesNothing() public {
        Vault implementation = Vault(vm.deployCode("StakeVault.sol", abi.encode(vault.bounds())));
        Vault extension = Vault(vm.computeCreateAddress(address(implementation), 1));
        assertGt(address(extension).code.length, 0);
        vm.prank(governance);
        vault.upgradeToAndCall(address(implementation), "");

        bytes memory refused = abi.encodeWithSignature("OwnableUnauthorizedAccount(address)", governance);
        vm.startPrank(governance);
        vm.expectRevert(refused);
        extension.setConsortiumMode(true);
        vm.expectRevert(refused);
        extension.setEntity("entity", BOND);
        vault.setConsortiumMode(true);
        vault.setEntity("entity", BOND);
        vm.stopPrank();
        assertTrue(vault.consortiumMode());
        assertFalse(extension.consortiumMode());

        // The consent is for the vault: at the extension's address another key signed it.
        Node memory n = node("a");
        bytes memory signature = consent(n);
        vm.prank(n.owner);
        vm.expectPartialRevert(IStakeVault.ConsentMismatch.selector);
        extension.registerKeys(n.key, n.peer, signature);
        vm.prank(governance);
        vault.setEntityOf(n.owner, "entity");
        register(n);
        assertEq(vault.ownerOf(n.key), n.owner);
        vm.prank(n.owner);
        vault.delegate(watcher);
        assertEq(vault.delegates(n.owner), watcher);
        assertEq(extension.delegates(n.owner), n.owner);
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
