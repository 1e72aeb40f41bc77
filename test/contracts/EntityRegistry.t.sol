// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IEntityRegistry} from "../../contracts/interfaces/IEntityRegistry.sol";
import {IRoundLedger} from "../../contracts/interfaces/IRoundLedger.sol";
import {IStakeVault} from "../../contracts/interfaces/IStakeVault.sol";
import {Claim} from "../../contracts/lib/Types.sol";
import {Fixture} from "./support/Fixture.sol";

/// entities: who is admitted in consortium mode, and how much one legal entity may bond
contract EntityRegistryTest is Fixture {
    bytes32 private constant HOSPITAL = keccak256("hospital");
    bytes32 private constant BANK = keccak256("bank");

    modifier asGovernance() {
        vm.startPrank(governance);
        _;
        vm.stopPrank();
    }

    function _admit(address owner, bytes32 entity) private asGovernance {
        vault.setEntityOf(owner, entity);
    }

    function _entity(bytes32 entity, uint128 cap) private asGovernance {
        vault.setEntity(entity, cap);
    }

    function _consortium(bool on) private asGovernance {
        vault.setConsortiumMode(on);
    }

    function test_setters_onlyGovernance() public {
        bytes memory refused = abi.encodeWithSignature("OwnableUnauthorizedAccount(address)", address(this));
        vm.expectRevert(refused);
        vault.setEntity(HOSPITAL, BOND);
        vm.expectRevert(refused);
        vault.setEntityOf(watcher, HOSPITAL);
        vm.expectRevert(refused);
        vault.setConsortiumMode(true);
    }

    function test_setters_refuseWhatIsNobody() public asGovernance {
        vm.expectRevert(IEntityRegistry.ZeroEntity.selector);
        vault.setEntity(0, BOND);
        vm.expectRevert(IStakeVault.ZeroAddress.selector);
        vault.setEntityOf(address(0), HOSPITAL);
        vm.expectRevert(abi.encodeWithSelector(IEntityRegistry.UnknownEntity.selector, HOSPITAL));
        vault.setEntityOf(watcher, HOSPITAL);
    }

    function test_consortium_admitsOnlyAccountsOfAnEntity() public {
        _consortium(true);
        assertTrue(vault.consortiumMode());
        _entity(HOSPITAL, 3 * BOND);
        Node memory n = node("a");
        mint(n.owner, BOND);
        bytes memory signature = consent(n);
        vm.startPrank(n.owner);
        token.approve(address(vault), BOND);
        bytes memory refused = abi.encodeWithSelector(IEntityRegistry.NotAdmitted.selector, n.owner);
        vm.expectRevert(refused);
        vault.bond(BOND);
        vm.expectRevert(refused);
        vault.registerKeys(n.key, n.peer, signature);
        vm.stopPrank();

        _admit(n.owner, HOSPITAL);
        assertEq(vault.entityOf(n.owner), HOSPITAL);
        quietTask();
        bond(n, BOND);
        register(n, IStakeVault.Role.Member);
        assertEq(vault.allocation(home, n.owner).eligible, BOND);
        assertEq(vault.entity(HOSPITAL).bonded, BOND);
    }

    function test_cap_isForAllAccountsOfAnEntityTogether() public {
        _consortium(true);
        _entity(HOSPITAL, 3 * BOND);
        Node memory a = node("a");
        Node memory b = node("b");
        _admit(a.owner, HOSPITAL);
        _admit(b.owner, HOSPITAL);
        bond(a, 2 * BOND);
        bond(b, BOND);
        mint(a.owner, 1);
        vm.startPrank(a.owner);
        token.approve(address(vault), 1);
        vm.expectRevert(
            abi.encodeWithSelector(IEntityRegistry.EntityCapExceeded.selector, HOSPITAL, 3 * BOND + 1, 3 * BOND)
        );
        vault.bond(1);
        vault.withdraw(BOND);
        vm.stopPrank();
        bond(b, BOND);
        assertEq(vault.entity(HOSPITAL).bonded, 3 * BOND);

        quietTask();
        register(a, IStakeVault.Role.Member);
        slash(a.owner, 2 * BOND, address(0), 0);
        assertEq(vault.entity(HOSPITAL).bonded, 2 * BOND);
    }

    function test_cap_cannotFallBelowWhatIsBonded() public {
        _entity(HOSPITAL, 2 * BOND);
        Node memory a = node("a");
        _admit(a.owner, HOSPITAL);
        bond(a, 2 * BOND);
        vm.prank(governance);
        vm.expectRevert(
            abi.encodeWithSelector(IEntityRegistry.EntityCapExceeded.selector, HOSPITAL, 2 * BOND, 2 * BOND - 1)
        );
        vault.setEntity(HOSPITAL, 2 * BOND - 1);
        _admit(a.owner, 0);
        _entity(HOSPITAL, 0);
    }

    function test_assignment_movesTheBond() public {
        Node memory a = member("a", 2 * BOND);
        _entity(HOSPITAL, 2 * BOND);
        _entity(BANK, BOND);
        _admit(a.owner, HOSPITAL);
        assertEq(vault.entity(HOSPITAL).bonded, 2 * BOND);
        vm.prank(governance);
        vm.expectRevert(abi.encodeWithSelector(IEntityRegistry.EntityCapExceeded.selector, BANK, 2 * BOND, BOND));
        vault.setEntityOf(a.owner, BANK);
        _entity(BANK, 5 * BOND);
        _admit(a.owner, BANK);
        assertEq(vault.entity(HOSPITAL).bonded, 0);
        assertEq(vault.entity(BANK).bonded, 2 * BOND);
    }

    function test_expelled_countsNoMoreAndMayLeave() public {
        quietTask();
        Node memory a = member("a", BOND);
        _entity(HOSPITAL, BOND);
        _admit(a.owner, HOSPITAL);
        _consortium(true);
        skip(1);
        _admit(a.owner, 0);
        vault.refresh(home, a.owner);
        assertEq(vault.allocation(home, a.owner).eligible, 0);
        assertEq(vault.getVotes(a.owner), 0);
        (address acting,,) = vault.actingFor(home, a.key);
        assertEq(acting, address(0));
        leave(a);
        vm.warp(vault.allocation(home, a.owner).freeAt);
        vault.release(home, a.owner);
        vm.prank(a.owner);
        vault.withdraw(BOND);
        assertEq(token.balanceOf(a.owner), BOND);
        _admit(a.owner, HOSPITAL);
        (acting,,) = vault.actingFor(home, a.key);
        assertEq(acting, a.owner);
    }

    function test_expelledOperator_cannotPost() public {
        Node memory op = operator("operator");
        Node memory next = operator("next");
        _entity(BANK, OPERATOR_BOND + vault.joiningFee());
        _admit(next.owner, BANK);
        uint256 task = createTask(op);
        _consortium(true);
        vault.refresh(task, op.owner);
        vm.warp(ledger.current(task).commitEnd);
        Claim memory claim = nextClaim(task, 0);
        sealAs(op, task, 0);
        IRoundLedger.OpenRound memory open = ledger.current(task);
        vm.prank(op.key);
        vm.expectRevert(abi.encodeWithSelector(IRoundLedger.NotOperator.selector, op.key));
        ledger.post(task, 1, open.openedAt, DIGEST, claim);
        failRound(task);
        postAs(next, task, claim);
    }

    function test_openMode_letsAnyoneInAgain() public {
        quietTask();
        Node memory a = member("a", BOND);
        _consortium(true);
        vault.refresh(home, a.owner);
        assertEq(vault.allocation(home, a.owner).eligible, 0);
        _consortium(false);
        vault.refresh(home, a.owner);
        assertEq(vault.allocation(home, a.owner).eligible, BOND);
        (address acting,,) = vault.actingFor(home, a.key);
        assertEq(acting, a.owner);
    }

    /// Any order of assigning, bonding, unbonding and slashing: an entity's sum is that of its accounts and within its cap.
    function testFuzz_entitySumsHold(uint256[12] memory moves) public {
        Node[3] memory nodes = [member("a", BOND), member("b", BOND), member("c", 2 * BOND)];
        bytes32[3] memory entities = [bytes32(0), HOSPITAL, BANK];
        quietTask();
        vm.startPrank(governance);
        vault.setEntity(HOSPITAL, 4 * BOND);
        vault.setEntity(BANK, 2 * BOND);
        vm.stopPrank();
        for (uint256 i = 0; i < moves.length; ++i) {
            address owner = nodes[moves[i] % 3].owner;
            uint256 amount = moves[i] >> 64;
            IStakeVault.Account memory acc = vault.account(owner);
            uint128 free = acc.bonded - acc.allocated;
            uint256 kind = (moves[i] >> 8) % 6;
            if (kind == 0) _try(governance, abi.encodeCall(vault.setEntityOf, (owner, entities[amount % 3])));
            if (kind == 1) _try(governance, abi.encodeCall(vault.setEntity, (entities[amount % 3], uint128(amount))));
            if (kind == 2) _try(governance, abi.encodeCall(vault.setConsortiumMode, (amount % 2 == 0)));
            if (kind == 3) {
                mint(owner, 5 * BOND);
                vm.prank(owner);
                token.approve(address(vault), 5 * BOND);
                _try(owner, abi.encodeCall(vault.bond, (uint128(bound(amount, 1, 3 * BOND)))));
            }
            if (kind == 4 && free > 0) {
                vm.prank(owner);
                vault.withdraw(uint128(bound(amount, 1, free)));
            }
            if (kind == 5) slash(owner, uint128(bound(amount, 0, BOND)), address(0), 0);
            for (uint256 e = 1; e < 3; ++e) {
                uint256 sum = 0;
                for (uint256 j = 0; j < 3; ++j) {
                    if (vault.entityOf(nodes[j].owner) == entities[e]) sum += vault.account(nodes[j].owner).bonded;
                }
                assertEq(vault.entity(entities[e]).bonded, sum);
                assertLe(sum, vault.entity(entities[e]).cap);
            }
        }
    }

    function _try(address caller, bytes memory call) private {
        vm.prank(caller);
        (bool done, bytes memory answer) = address(vault).call(call);
        if (done) return;
        bytes4 reason = bytes4(answer);
        assertTrue(
            reason == IEntityRegistry.EntityCapExceeded.selector || reason == IEntityRegistry.UnknownEntity.selector
                || reason == IEntityRegistry.ZeroEntity.selector || reason == IEntityRegistry.NotAdmitted.selector
        );
    }
}
