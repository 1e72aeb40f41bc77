// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IAccessControl} from "@openzeppelin/contracts/access/IAccessControl.sol";
import {IPauseClock} from "../../contracts/interfaces/IPauseClock.sol";
import {IStakeVault} from "../../contracts/interfaces/IStakeVault.sol";
import {GovernedFixture, IGovernor, Timelock} from "./support/GovernedFixture.sol";

/// cancel
/// ├── guardian, every call replaces a guardian → reverts; the operation executes
/// └── guardian, any other call among them → cancelled
contract M3_GuardianVetoTest is GovernedFixture {
    address private next = makeAddr("next guardian");
    Node private a;
    address[] private targets;
    bytes[] private calls;

    function setUp() public override {
        super.setUp();
        quietTask();
        a = member("a", 10 * BOND);
        skip(10);
    }

    function add(address target, bytes memory call) private {
        targets.push(target);
        calls.push(call);
    }

    function addRole(bytes4 selector, address account) private {
        add(address(timelock), abi.encodeWithSelector(selector, timelock.CANCELLER_ROLE(), account));
    }

    function queued() private returns (Proposal memory p, bytes32 id) {
        p = propose(a.owner, targets, calls);
        vote(a.owner, p, true);
        queue(p);
        id = operationId(p);
    }

    function assertProtected() private {
        (Proposal memory p, bytes32 id) = queued();
        vm.prank(guardian);
        vm.expectRevert(abi.encodeWithSelector(Timelock.ReplacesGuardian.selector, id));
        timelock.cancel(id);
        skip(DELAY + 1);
        governor.execute(p.id);
        assertEq(uint8(state(p)), uint8(IGovernor.ProposalState.Executed));
    }

    function assertCancelled() private {
        (Proposal memory p, bytes32 id) = queued();
        vm.prank(guardian);
        timelock.cancel(id);
        assertEq(uint8(state(p)), uint8(IGovernor.ProposalState.Canceled));
    }

    function test_M3_guardianCannotKeepTheCancellerRole() public {
        addRole(IAccessControl.revokeRole.selector, guardian);
        assertProtected();
        assertFalse(timelock.hasRole(timelock.CANCELLER_ROLE(), guardian));
    }

    function test_M3_guardianCannotKeepThePause() public {
        add(address(vault), abi.encodeCall(IPauseClock.setGuardian, (next)));
        add(address(ledger), abi.encodeCall(IPauseClock.setGuardian, (next)));
        assertProtected();
        assertEq(vault.guardian(), next);
        assertEq(ledger.guardian(), next);
    }

    function test_M3_aWholeReplacementInOneProposal() public {
        add(address(vault), abi.encodeCall(IPauseClock.setGuardian, (next)));
        add(address(ledger), abi.encodeCall(IPauseClock.setGuardian, (next)));
        addRole(IAccessControl.revokeRole.selector, guardian);
        addRole(IAccessControl.grantRole.selector, next);
        assertProtected();
        assertTrue(timelock.hasRole(timelock.CANCELLER_ROLE(), next));
    }

    /// Nothing else hides behind a replacement.
    function test_M3_anotherCallLiftsTheProtection() public {
        addRole(IAccessControl.revokeRole.selector, guardian);
        add(address(vault), abi.encodeCall(IStakeVault.setMinBond, (2 * BOND)));
        assertCancelled();
    }

    function test_M3_otherRolesAreNotProtected() public {
        add(
            address(timelock),
            abi.encodeCall(IAccessControl.grantRole, (timelock.PROPOSER_ROLE(), makeAddr("proposer")))
        );
        assertCancelled();
    }

    function test_M3_rolesOfAnotherContractAreNotProtected() public {
        add(address(vault), abi.encodeCall(IAccessControl.revokeRole, (timelock.CANCELLER_ROLE(), guardian)));
        assertCancelled();
    }

    /// A guardian that pauses in time delays its replacement, for the length of one pause.
    function test_M3_aPauseOnlyDelays() public {
        add(address(vault), abi.encodeCall(IPauseClock.setGuardian, (guardian)));
        (Proposal memory first,) = queued();
        skip(DELAY + 1);
        governor.execute(first.id);
        delete targets;
        delete calls;
        add(address(vault), abi.encodeCall(IPauseClock.setGuardian, (next)));
        (Proposal memory p,) = queued();
        vm.prank(guardian);
        vault.pause(7 days);
        skip(7 days + DELAY + 1);
        governor.execute(p.id);
        assertEq(vault.guardian(), next);
    }
}
