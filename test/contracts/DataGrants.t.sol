// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IBurnableERC20} from "../../contracts/interfaces/IBurnableERC20.sol";
import {IPayouts} from "../../contracts/interfaces/IPayouts.sol";
import {ClaimLib} from "../../contracts/lib/ClaimLib.sol";
import {Claim, MemberLeaf} from "../../contracts/lib/Types.sol";
import {IDataGrants} from "../../contracts/market/IDataGrants.sol";
import {GrantsFixture} from "./support/GrantsFixture.sol";
import {HookToken, ITransferHook} from "./support/HookToken.sol";
import {UnitToken} from "./support/UnitToken.sol";

/// register
/// ├── no root, twice → reverts
/// └── the root of somebody else is another data set
/// grant
/// ├── stranger, nobody, unknown task, over, still granted → reverts
/// ├── free: runs at once
/// └── with a price: runs from the first payment
/// revoke
/// ├── stranger, over → reverts
/// └── ends it now; the past stays
/// charge
/// ├── another claim, row, round, member; unavailable; not under the grant; too little; twice → reverts
/// └── owes the owner the price of a final round, once, also when the ledger has forgotten it
/// refund
/// ├── too early, nothing left → reverts
/// └── owes the grantee the rest
contract DataGrantsTest is GrantsFixture, ITransferHook {
    using ClaimLib for Claim;

    bytes32 internal scans;
    bytes private attack;
    bytes private refusal;

    function _makeToken() internal override returns (IBurnableERC20) {
        return IBurnableERC20(address(new HookToken()));
    }

    function setUp() public override {
        super.setUp();
        scans = register(hospital, "scans");
    }

    function onTransfer(address, address, uint256) external {
        if (attack.length == 0) return;
        (bool done, bytes memory answer) = address(grants).call(attack);
        assertFalse(done, "re-entered");
        refusal = answer;
    }

    /// A round that opened under a grant of the first member, and is final.
    function _final(bytes32 grant_) private returns (uint64 round, Claim memory claim) {
        skip(1);
        play();
        (round, claim) = play();
        settle(round);
        assertGe(ledger.round(task, round).openedAt, grants.grantOf(grant_).from);
    }

    function _paid(uint128 price, uint128 amount) private returns (bytes32 grant_) {
        grant_ = give(scans, 0, price);
        pay(grant_, amount);
    }

    // ── register, grant ───────────────────────────────────────────────────────────────────────────────────────────

    function test_register_namesOwnerAndRoot() public {
        IDataGrants.DataSet memory known = grants.dataSetOf(scans);
        assertEq(known.owner, hospital);
        assertEq(known.root, "scans");
        assertEq(known.terms, "research only");
        assertNotEq(register(clinic, "scans"), scans);
        vm.expectRevert(abi.encodeWithSelector(IDataGrants.AlreadyRegistered.selector, scans));
        vm.prank(hospital);
        grants.register("scans", 0);
        vm.expectRevert(IDataGrants.ZeroRoot.selector);
        grants.register(0, 0);
        vm.expectRevert(abi.encodeWithSelector(IDataGrants.UnknownDataSet.selector, bytes32("other")));
        grants.dataSetOf("other");
    }

    function test_grant_refusals() public {
        address grantee = nodes[0].owner;
        uint40 until = uint40(block.timestamp + 100);
        vm.expectRevert(abi.encodeWithSelector(IDataGrants.NotOwner.selector, clinic, hospital));
        vm.prank(clinic);
        grants.grant(scans, task, grantee, until, 0);
        vm.startPrank(hospital);
        vm.expectRevert(IDataGrants.ZeroAddress.selector);
        grants.grant(scans, task, address(0), until, 0);
        vm.expectRevert(abi.encodeWithSelector(IDataGrants.UnknownTask.selector, task + 1));
        grants.grant(scans, task + 1, grantee, until, 0);
        vm.expectRevert(abi.encodeWithSelector(IDataGrants.GrantOver.selector, until - 100, until - 100));
        grants.grant(scans, task, grantee, until - 100, 0);
        bytes32 first = grants.grant(scans, task, grantee, until, 0);
        vm.expectRevert(abi.encodeWithSelector(IDataGrants.StillGranted.selector, first, until));
        grants.grant(scans, task, grantee, until, 0);
        // The next one begins in the very second in which this one ends.
        vm.warp(until);
        bytes32 second = grants.grant(scans, task, grantee, until + 100, 0);
        assertNotEq(first, second);
        assertEq(grants.grantsOf(hospital, task, grantee).length, 2);
        for (uint40 i = 2; i < 64; ++i) {
            vm.warp(until + i * 100);
            grants.grant(scans, task, grantee, until + i * 100 + 1, 0);
        }
        vm.warp(until + 6400);
        vm.expectRevert(abi.encodeWithSelector(IDataGrants.TooManyGrants.selector, 65, 64));
        grants.grant(scans, task, grantee, until + 6500, 0);
    }

    function test_grant_runsForItsTaskAndTimeOnly() public {
        uint256 from = block.timestamp;
        give(scans, 0, 0);
        vm.warp(from + 2 hours);
        assertFalse(ran(from - 1));
        assertTrue(ran(from));
        assertTrue(ran(from + 1 hours - 1));
        assertFalse(ran(from + 1 hours));
        address[] memory owners = new address[](1);
        owners[0] = hospital;
        assertEq(grants.grantedAt(owners, task, members(), uint40(from)), 1);
        assertEq(grants.grantedAt(owners, task + 1, members(), uint40(from)), 0);
        owners[0] = clinic;
        assertEq(grants.grantedAt(owners, task, members(), uint40(from)), 0);
    }

    function test_grant_withAPriceRunsFromTheFirstPayment() public {
        uint256 from = block.timestamp;
        bytes32 given = give(scans, 0, 10);
        skip(10);
        assertFalse(ran(from));
        mint(address(this), 9);
        token.approve(address(grants), 9);
        vm.expectRevert(abi.encodeWithSelector(IDataGrants.TooLittle.selector, 9, 10));
        grants.fund(given, 9);
        pay(given, 10);
        skip(1);
        assertFalse(ran(from + 9));
        assertTrue(ran(from + 10));
        pay(given, 1);
        assertEq(grants.grantOf(given).left, 11);
        assertEq(grants.grantOf(given).from, from + 10);
    }

    /// Any number of grants and revocations: what was said of a past second stays true.
    function testFuzz_pastAnswersNeverChange(uint32[8] memory waits, uint8 choices) public {
        uint256[8] memory times;
        bool[8] memory answers;
        bytes32 given;
        for (uint256 i = 0; i < 8; ++i) {
            if (choices >> i & 1 == 0) {
                uint40 until = given == 0 ? 0 : grants.grantOf(given).until;
                if (until <= block.timestamp) given = give(scans, 0, 0);
            } else if (given != 0 && grants.grantOf(given).until > block.timestamp) {
                vm.prank(i % 2 == 0 ? hospital : nodes[0].owner);
                grants.revoke(given);
            }
            skip(1 + waits[i] % 2 hours);
            times[i] = block.timestamp - 1;
            answers[i] = ran(times[i]);
            for (uint256 k = 0; k < i; ++k) {
                assertEq(ran(times[k]), answers[k]);
            }
        }
        vm.expectRevert(abi.encodeWithSelector(IDataGrants.NotPast.selector, block.timestamp, block.timestamp));
        this.askNow();
    }

    function askNow() external view {
        ran(block.timestamp);
    }

    function test_grantedAt_hasABit_forEachMember() public {
        bytes32 cells = register(clinic, "cells");
        give(scans, 0, 0);
        give(cells, 2, 0);
        skip(1);
        address[] memory owners = new address[](2);
        (owners[0], owners[1]) = (clinic, hospital);
        assertEq(grants.grantedAt(owners, task, members(), uint40(block.timestamp - 1)), 5);
        address[] memory many = new address[](129);
        vm.expectRevert(abi.encodeWithSelector(IDataGrants.TooManyMembers.selector, 129, 128));
        grants.grantedAt(owners, task, many, uint40(block.timestamp - 1));
    }

    // ── revoke ────────────────────────────────────────────────────────────────────────────────────────────────────

    function test_revoke_endsItNow() public {
        uint256 from = block.timestamp;
        bytes32 given = give(scans, 0, 0);
        skip(10);
        vm.expectRevert(abi.encodeWithSelector(IDataGrants.NotParty.selector, clinic, hospital, nodes[0].owner));
        vm.prank(clinic);
        grants.revoke(given);
        vm.startPrank(hospital);
        grants.revoke(given);
        vm.expectRevert(abi.encodeWithSelector(IDataGrants.GrantOver.selector, from + 10, from + 10));
        grants.revoke(given);
        vm.stopPrank();
        skip(1);
        assertTrue(ran(from + 9));
        assertFalse(ran(from + 10));
        vm.expectPartialRevert(IDataGrants.GrantIsFree.selector);
        grants.fund(given, 1);
        vm.expectRevert(abi.encodeWithSelector(IDataGrants.UnknownGrant.selector, bytes32("none")));
        grants.revoke("none");
    }

    // ── charge ────────────────────────────────────────────────────────────────────────────────────────────────────

    function test_charge_paysTheOwnerOnce() public {
        bytes32 given = _paid(3 ether, 10 ether);
        (uint64 round, Claim memory claim) = _final(given);
        charge(given, round, claim, 0);
        assertEq(grants.owed(hospital), 3 ether);
        assertEq(grants.grantOf(given).left, 7 ether);
        vm.expectRevert(abi.encodeWithSelector(IDataGrants.AlreadyCharged.selector, given, round));
        this.chargeFor(given, round, claim, 0);
        grants.collect(hospital);
        assertEq(token.balanceOf(hospital), 3 ether);
        assertEq(token.balanceOf(address(grants)), 7 ether);
    }

    function chargeFor(bytes32 given, uint64 round, Claim memory claim, uint256 row) external {
        charge(given, round, claim, row);
    }

    function test_charge_refusals() public {
        bytes32 given = _paid(3 ether, 4 ether);
        skip(1);
        (uint64 before, Claim memory early) = play();
        (uint64 round, Claim memory claim) = play();
        vm.expectRevert(abi.encodeWithSelector(IDataGrants.NotFinal.selector, task, round, claim.hash(task, round)));
        this.chargeFor(given, round, claim, 0);
        settle(round);
        // Its round had opened before the grant.
        uint256 opened = ledger.round(task, before).openedAt;
        vm.expectPartialRevert(IDataGrants.NotUnderGrant.selector);
        this.chargeFor(given, before, early, 0);
        assertLt(opened - 1, grants.grantOf(given).from);
        Claim memory forged = claim;
        forged.modelRoot = "mine";
        vm.expectPartialRevert(IDataGrants.NotFinal.selector);
        this.chargeFor(given, round, forged, 0);
        (, claim) = (round, _claimOf(round));
        MemberLeaf memory leaf = rowOf(0);
        leaf.weight += 1;
        bytes32[7] memory proof = proof7(0);
        vm.expectPartialRevert(IDataGrants.WrongProof.selector);
        grants.charge(given, round, claim, leaf, 0, proof);
        vm.expectRevert(
            abi.encodeWithSelector(IDataGrants.NotGrantee.selector, nodes[1].owner, nodes[0].owner)
        );
        this.chargeFor(given, round, claim, 1);
        this.chargeFor(given, round, claim, 0);
        (uint64 next, Claim memory later) = play();
        settle(next);
        vm.expectRevert(abi.encodeWithSelector(IDataGrants.TooLittle.selector, 1 ether, 3 ether));
        this.chargeFor(given, next, later, 0);
        pay(given, 2 ether);
        this.chargeFor(given, next, later, 0);
        assertEq(grants.owed(hospital), 6 ether);
    }

    /// The claim as it was played: fixtures make the roots from the number and the parent.
    function _claimOf(uint64 round) private view returns (Claim memory) {
        return played[round];
    }

    mapping(uint64 round => Claim) private played;

    function play() internal override returns (uint64 round, Claim memory claim) {
        (round, claim) = super.play();
        played[round] = claim;
    }

    function test_charge_onlyWhereTheUpdateCounted() public {
        bytes32 given = give(scans, 2, 3 ether);
        pay(given, 3 ether);
        (uint64 round, Claim memory claim) = _final(given);
        vm.expectRevert(abi.encodeWithSelector(IDataGrants.NotUsed.selector, round));
        this.chargeFor(given, round, claim, 2);
        bytes32 free = give(scans, 0, 0);
        (round, claim) = _final(free);
        vm.expectRevert(abi.encodeWithSelector(IDataGrants.GrantIsFree.selector, free));
        this.chargeFor(free, round, claim, 0);
    }

    function test_charge_roundsThatOpenedBeforeTheRevocation() public {
        bytes32 given = _paid(3 ether, 9 ether);
        skip(1);
        play();
        skip(1);
        vm.prank(hospital);
        grants.revoke(given);
        (uint64 open, Claim memory under) = play();
        (uint64 next, Claim memory after_) = play();
        settle(next);
        charge(given, open, under, 0);
        vm.expectPartialRevert(IDataGrants.NotUnderGrant.selector);
        this.chargeFor(given, next, after_, 0);
        assertEq(grants.owed(hospital), 3 ether);
    }

    /// The ledger remembers 64 claims. What was noted before, and is shown to be final, is paid later.
    function test_charge_whatTheLedgerHasForgotten() public {
        bytes32 given = _paid(3 ether, 3 ether);
        skip(1);
        play();
        (uint64 round, Claim memory claim) = play();
        vm.expectRevert(abi.encodeWithSelector(IDataGrants.NoClaim.selector, task, round + 1));
        grants.note(task, round + 1);
        grants.note(task, round);
        bytes32 id = claim.hash(task, round);
        assertEq(grants.openedAt(id), ledger.round(task, round).openedAt);
        uint64 last;
        for (uint256 i = 0; i < 64; ++i) {
            (last,) = play();
            if (i % 8 == 7) settle(last);
        }
        // The newest claim is final, and leads back to the others.
        assertEq(uint8(ledger.round(task, round).status), 5);
        vm.expectRevert(abi.encodeWithSelector(IDataGrants.NotFinal.selector, task, round, id));
        this.chargeFor(given, round, claim, 0);
        for (uint64 number = last; number > round; --number) {
            // A number that failed has no claim.
            if (played[number].members != 0) registry.witness(task, number, played[number]);
        }
        charge(given, round, claim, 0);
        assertEq(grants.owed(hospital), 3 ether);
    }

    // ── refund, money ─────────────────────────────────────────────────────────────────────────────────────────────

    function test_refund_owesTheGranteeTheRest() public {
        bytes32 given = _paid(3 ether, 10 ether);
        (uint64 round, Claim memory claim) = _final(given);
        charge(given, round, claim, 0);
        vm.prank(nodes[0].owner);
        grants.revoke(given);
        vm.expectRevert(abi.encodeWithSelector(IDataGrants.GrantOver.selector, block.timestamp, block.timestamp));
        grants.fund(given, 1);
        uint256 from = block.timestamp + SETTLEMENT;
        vm.expectRevert(abi.encodeWithSelector(IDataGrants.TooEarly.selector, block.timestamp, from));
        grants.refund(given);
        vm.warp(from);
        assertEq(grants.refund(given), 7 ether);
        vm.expectRevert(abi.encodeWithSelector(IDataGrants.NothingLeft.selector, given));
        grants.refund(given);
        assertEq(grants.collect(nodes[0].owner), 7 ether);
        assertEq(grants.collect(hospital), 3 ether);
        assertEq(token.balanceOf(address(grants)), 0);
    }

    function test_fund_refusesAFeeOnTransfer() public {
        bytes32 given = give(scans, 0, 10);
        HookToken(address(token)).setFee(100);
        mint(address(this), 1000);
        token.approve(address(grants), 1000);
        vm.expectRevert(abi.encodeWithSelector(IDataGrants.ShortTransfer.selector, 990, 1000));
        grants.fund(given, 1000);
    }

    function test_reentrancy() public {
        bytes32 given = _paid(3 ether, 10 ether);
        (uint64 round, Claim memory claim) = _final(given);
        charge(given, round, claim, 0);
        HookToken(address(token)).setHook(this);
        attack = abi.encodeCall(IPayouts.collect, (hospital));
        grants.collect(hospital);
        assertGt(refusal.length, 0);
        assertEq(token.balanceOf(hospital), 3 ether);
        refusal = "";
        attack = abi.encodeCall(IDataGrants.fund, (given, 1));
        pay(given, 1 ether);
        assertGt(refusal.length, 0);
        assertEq(grants.grantOf(given).left, 8 ether);
        assertEq(token.balanceOf(address(grants)), 8 ether);
    }
}

/// Amounts are in the smallest unit of the token, whatever its decimals.
contract DataGrantsUnitsTest is GrantsFixture {
    function _makeToken() internal override returns (IBurnableERC20) {
        return IBurnableERC20(address(new UnitToken(6, "USD")));
    }

    function testFuzz_sixDecimals(uint128 price, uint8 roundsPaid) public {
        price = uint128(bound(price, 1, 1e12));
        uint128 paid = price * uint128(bound(roundsPaid, 1, 3)) + price / 2;
        bytes32 given = give(register(hospital, "scans"), 0, price);
        pay(given, paid);
        skip(1);
        play();
        uint128 left = paid;
        for (uint256 i = 0; i < 2; ++i) {
            (uint64 round, Claim memory claim) = play();
            settle(round);
            if (left < price) break;
            charge(given, round, claim, 0);
            left -= price;
        }
        vm.warp(grants.grantOf(given).until + SETTLEMENT);
        assertEq(left == 0 ? 0 : grants.refund(given), left);
        assertEq(grants.owed(hospital) + left, paid);
        assertEq(token.balanceOf(address(grants)), paid);
    }
}
