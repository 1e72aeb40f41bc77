// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IRoundLedger} from "../../../contracts/interfaces/IRoundLedger.sol";
import {Claim, TaskSpec} from "../../../contracts/lib/Types.sol";
import {DrawnFixture} from "./DrawnFixture.sol";
import {TaskConfig} from "./Fixture.sol";

/// @notice The judge with the members of test/support/judge/random-round.ts, for the cases that TypeScript writes.
abstract contract JudgeFixture is DrawnFixture {
    /// What happens on the chain before the proofs, as test/support/judge/life/chain-steps.ts explains it.
    enum StepKind {
        Wait,
        Parent,
        Force,
        Register,
        Pause,
        Fail,
        Seal,
        Post,
        Draw
    }

    struct Step {
        StepKind kind;
        address account;
        bytes32 value;
        uint256 amount;
        bytes data;
    }

    /// A claim and calls against it, as test/support/judge/cases.ts encodes it.
    struct Case {
        string name;
        bool fault;
        TaskSpec spec;
        Claim parent;
        Claim claim;
        uint64 round;
        Step[] steps;
        /// Against a false claim each rejects it; against an honest one each finds no fault.
        bytes[] calls;
        /// Calls that must fail in any way.
        bytes[] hostile;
        /// Calls about the final claim, and who pays for each: nobody where it is zero.
        bytes[] garbage;
        address[] guilty;
    }

    address internal fraudJudge;
    Node internal op;
    mapping(address owner => Node) private members;
    address[] internal owners;

    function setUp() public virtual override {
        super.setUp();
        fraudJudge = deployJudge(address(this));
        judge = fraudJudge;
        op = operator("operator");
        uint128[8] memory stakes = [uint128(250), 250, 250, 375, 833, 1500, 267, 250];
        for (uint256 i = 0; i < 32; ++i) {
            uint256 stake = i < 8 ? stakes[i] : 100 + ((i - 8) % 3) * 25;
            Node memory n = member(string.concat("m", vm.toString(i)), uint128(stake) * 1 ether);
            members[n.owner] = n;
            owners.push(n.owner);
        }
        vm.prank(governance);
        ledger.setGuardian(governance);
        skip(10);
    }

    /// The test is the judge's court: any challenge window and any penalty will do.
    function minWindow() external pure returns (uint256) {
        return 1;
    }

    function unitBond() external pure returns (uint128) {
        return 1;
    }

    /// The statements in the cases are signed for this address.
    function _ledgerProxy(address implementation, bytes memory call) internal override returns (address where) {
        where = address(uint160(uint256(keccak256("quorate test ledger"))));
        deployCodeTo("ERC1967Proxy.sol", abi.encode(implementation, call), where);
    }

    function decode(bytes memory data) internal pure returns (Case memory) {
        return abi.decode(data, (Case));
    }

    /// Plays the steps of the case: task 1, the parent claim in round 1, the claim in a later round.
    function postBoth(Case memory c) internal {
        TaskConfig memory config = taskConfig(op);
        config.spec = c.spec;
        if (c.spec.committee == 0) openTask(config);
        else openDrawn(config, c.spec.committee);
        for (uint256 i = 0; i < c.steps.length; ++i) {
            take(c, c.steps[i]);
        }
    }

    function take(Case memory c, Step memory s) private {
        if (s.kind == StepKind.Wait) return skip(s.amount);
        if (s.kind == StepKind.Draw) return draw(1, s.value);
        if (s.kind == StepKind.Register) return registerVersion(members[s.account], s.amount);
        if (s.kind == StepKind.Pause) {
            vm.prank(governance);
            return ledger.pause(uint32(s.amount));
        }
        if (s.kind == StepKind.Parent) {
            vm.warp(ledger.current(1).commitEnd);
            postAs(op, 1, c.parent);
            return;
        }
        IRoundLedger.OpenRound memory open = ledger.current(1);
        if (s.kind == StepKind.Force) {
            bytes[] memory signatures = new bytes[](1);
            signatures[0] = s.data;
            vm.prank(s.data.length == 0 ? s.account : watcher);
            return ledger.forceCommit(1, open.round, _one(s.account), _one(s.value), signatures);
        }
        if (s.kind == StepKind.Fail) {
            vm.prank(op.key);
            ledger.fail(1, open.round);
            (, uint256 from) = ledger.seatFrom(1, op.owner);
            vm.warp(from > block.timestamp ? from : block.timestamp + 1);
            return takeSeat(op, 1);
        }
        if (s.kind == StepKind.Seal) return sealAs(op, 1, s.value, uint32(s.amount));
        assertEq(open.round, c.round, c.name);
        bytes32 digest = ledger.round(1, open.round).digest;
        vm.prank(op.key);
        ledger.post(1, open.round, open.openedAt, digest, c.claim);
    }

    function registerVersion(Node memory n, uint256 version) private {
        string memory name = string.concat("m", vm.toString(indexOf(n.owner)), " key ", vm.toString(version));
        (n.key, n.secret) = makeAddrAndKey(name);
        register(n);
    }

    function indexOf(address owner) private view returns (uint256 i) {
        while (owners[i] != owner) ++i;
    }
}
