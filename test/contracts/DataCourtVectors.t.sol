// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {stdJson} from "forge-std/Test.sol";
import {IDataCourt} from "../../contracts/interfaces/IDataCourt.sol";
import {IRoundLedger} from "../../contracts/interfaces/IRoundLedger.sol";
import {Claim, TaskSpec} from "../../contracts/lib/Types.sol";
import {Fixture, TaskConfig} from "./support/Fixture.sol";

/// @notice Replays the requests and answers that TypeScript builds (scripts/court-vectors.ts) against the real ledger, for
/// every tree: the id is the same on both sides, each wrong answer is refused, the right one earns the bond, and silence
/// rejects the claim.
contract DataCourtVectorsTest is Fixture {
    using stdJson for string;

    uint128 private constant UNIT_BOND = 2 ether;

    struct Case {
        string name;
        TaskSpec spec;
        Claim parent;
        Claim claim;
        address[] members;
        bytes32[] commitments;
        bytes32 id;
        bytes request;
        bytes answer;
        bytes[] wrong;
    }

    IDataCourt private court;
    address private honest = makeAddr("honest");
    Node private op;

    function setUp() public override {
        super.setUp();
        court = IDataCourt(vm.deployCode("DataCourt.sol", abi.encode(ledger, UNIT_BOND, 1)));
        judge = deployJudge(address(court));
        op = operator("operator");
        // The members of test/support/judge/random-round.ts.
        uint128[8] memory stakes = [uint128(250), 250, 250, 375, 833, 1500, 267, 250];
        for (uint256 i = 0; i < stakes.length; ++i) {
            Node memory n = member(string.concat("m", vm.toString(i)), stakes[i] * 1 ether);
            if (i == 0) watcher = n.owner;
        }
        skip(10);
        mint(watcher, 7 * UNIT_BOND);
        vm.prank(watcher);
        token.approve(address(court), 7 * UNIT_BOND);
    }

    function wealth(address account) internal view override returns (uint256) {
        return super.wealth(account) + court.owed(account);
    }

    function test_vectors() public {
        string memory json = vm.readFile("test/vectors/court.json");
        bytes[] memory cases = json.readBytesArray(".cases");
        assertGt(cases.length, 15);
        for (uint256 i = 0; i < cases.length; ++i) {
            uint256 state = vm.snapshotState();
            replay(abi.decode(abi.encodePacked(uint256(32), cases[i]), (Case)));
            vm.revertToStateAndDelete(state);
        }
    }

    function replay(Case memory c) private {
        postBoth(c);
        vm.prank(watcher);
        (bool done, bytes memory result) = address(court).call(c.request);
        assertTrue(done, string.concat(c.name, " request ", vm.toString(result)));
        assertEq(abi.decode(result, (bytes32)), c.id, c.name);
        IDataCourt.Target memory t = targetOf(c.answer);
        uint256 bond = court.unitsOf(t.kind, t.tree) * UNIT_BOND;
        assertEq(wealth(watcher), 7 * UNIT_BOND - bond);

        uint256 state = vm.snapshotState();
        for (uint256 i = 0; i < c.wrong.length; ++i) {
            vm.prank(honest);
            (done,) = address(court).call(c.wrong[i]);
            assertFalse(done, string.concat(c.name, " wrong answer ", vm.toString(i)));
        }
        vm.prank(honest);
        (done, result) = address(court).call(c.answer);
        assertTrue(done, string.concat(c.name, " answer ", vm.toString(result)));
        assertEq(wealth(honest), bond, c.name);
        assertEq(held(address(court)), 0);
        vm.revertToStateAndDelete(state);

        skip(court.answerWindow(1));
        vm.prank(honest);
        (done,) = address(court).call(c.answer);
        assertFalse(done, "answered too late");
        court.expire(t);
        assertEq(uint256(ledger.round(1, 2).status), uint256(IRoundLedger.RoundStatus.Void), c.name);
        assertEq(wealth(watcher), 7 * UNIT_BOND + FALSE_CLAIM / 5);
    }

    /// The target is the first argument of every answer, and its members are of fixed size.
    function targetOf(bytes memory answer) private pure returns (IDataCourt.Target memory) {
        bytes memory head = new bytes(10 * 32);
        for (uint256 i = 0; i < head.length; ++i) {
            head[i] = answer[4 + i];
        }
        return abi.decode(head, (IDataCourt.Target));
    }

    function postBoth(Case memory c) private {
        TaskConfig memory config = taskConfig(op);
        config.spec = c.spec;
        openTask(config);
        skip(100);
        postAs(op, 1, c.parent);
        for (uint256 i = 0; i < c.members.length; ++i) {
            forceCommit(c.members[i], 1, 2, c.members[i], c.commitments[i]);
        }
        skip(100);
        postAs(op, 1, c.claim);
    }
}
