// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.37;

import {IDataCourt} from "../../contracts/interfaces/IDataCourt.sol";
import {IFraudJudge} from "../../contracts/interfaces/IFraudJudge.sol";
import {IStakeVault} from "../../contracts/interfaces/IStakeVault.sol";
import {ClaimLib} from "../../contracts/lib/ClaimLib.sol";
import {Statements} from "../../contracts/lib/Statements.sol";
import {MemberLeaf, TaskSpec} from "../../contracts/lib/Types.sol";
import {Committee} from "../../contracts/rounds/Committee.sol";
import {DrawnFixture} from "./support/DrawnFixture.sol";
import {TaskConfig} from "./support/Fixture.sol";
import {SparseTree} from "./support/SparseTree.sol";

/// @notice What the judge says of the rows of a drawn round. 140 equal members, of whom 80 are expected.
contract DrawnRowsTest is DrawnFixture {
    uint16 private constant SIZE = 80;
    uint256 private constant MEMBERS = 140;
    IFraudJudge private fraudJudge;
    TaskSpec private spec;
    Node private op;
    Node[] private nodes;
    /// By slot.
    Node[] private drawn;
    Node[] private undrawn;
    MemberLeaf[] private rows;
    uint256 private task;
    uint128 private weight;

    function setUp() public override {
        super.setUp();
        judge = deployJudge(address(0));
        fraudJudge = IFraudJudge(judge);
        op = operator("operator");
        TaskConfig memory config = taskConfig(op);
        config.spec.committee = SIZE;
        task = create(config);
        for (uint256 i = 0; i < MEMBERS; ++i) {
            nodes.push(_join(string.concat("member ", vm.toString(i))));
        }
        home = task;
        putToWork(op.owner);
        skip(ENTRY_DELAY + 1);
        fund(task, 100 * REWARD);
        takeSeat(op, task);
        draw(task, "mix");
        keep(spec, config.spec);
        weight = uint128(MEMBERS * BOND / SIZE);
        for (uint256 i = 0; i < MEMBERS; ++i) {
            if (ledger.weightOf(task, 1, nodes[i].owner) != 0) drawn.push(nodes[i]);
            else undrawn.push(nodes[i]);
        }
    }

    /// A member of the only task, without the fixture's bookkeeping.
    function _join(string memory name) private returns (Node memory n) {
        n = node(name);
        deposit(n.owner, BOND + vault.joiningFee());
        register(n);
        vm.prank(n.owner);
        vault.allocate(task, IStakeVault.Role.Member, BOND);
    }

    function _row(Node memory n) private view returns (MemberLeaf memory leaf) {
        leaf.member = n.owner;
        leaf.slot = vault.slotOf(task, n.owner);
        leaf.weight = weight;
        leaf.commitment = keccak256(abi.encode(n.owner));
        leaf.signatureHash = keccak256("signature");
        leaf.verdict = 1;
    }

    function _post() private returns (IFraudJudge.Case memory c) {
        vm.warp(ledger.current(task).commitEnd);
        c.claim = nextClaim(task, uint32(rows.length));
        c.claim.membersRoot = SparseTree.root(_hashes(), 7);
        (c.task, c.round, c.recipient) = (task, postAs(op, task, c.claim), watcher);
    }

    function _hashes() private view returns (bytes32[] memory hashes) {
        hashes = new bytes32[](rows.length);
        for (uint256 i = 0; i < rows.length; ++i) {
            hashes[i] = ClaimLib.hash(rows[i]);
        }
    }

    function _open(uint256 i) private view returns (IFraudJudge.MemberOpening memory m) {
        (m.row, m.leaf) = (i, rows[i]);
        bytes32[] memory path = SparseTree.proof(_hashes(), i, 7);
        for (uint256 k = 0; k < 7; ++k) {
            m.path[k] = path[k];
        }
    }

    function _none() private pure returns (IFraudJudge.MemberOpening[] memory) {
        return new IFraudJudge.MemberOpening[](0);
    }

    function _some(uint256 i) private view returns (IFraudJudge.MemberOpening[] memory list) {
        list = new IFraudJudge.MemberOpening[](1);
        list[0] = _open(i);
    }

    function _receipt(Node memory n) private view returns (bytes memory) {
        return signDigest(op.secret, ledgerDigest(Statements.receipt(task, 1, n.owner, "c")));
    }

    function _assertRejected() private view {
        assertEq(slashable(op.owner), OPERATOR_BOND - FALSE_CLAIM);
    }

    // ── Rows ──────────────────────────────────────────────────────────────────────────────────────────────────────

    function test_aDrawnRowWithItsDrawnWeightIsRight() public {
        rows.push(_row(drawn[0]));
        IFraudJudge.Case memory c = _post();
        IFraudJudge.MemberOpening memory m = _open(0);
        vm.expectRevert(IFraudJudge.NoFault.selector);
        fraudJudge.proveCommitment(c, m, "");
    }

    function test_aRowOfAMemberThatIsNotDrawnIsWrong() public {
        rows.push(_row(undrawn[0]));
        IFraudJudge.Case memory c = _post();
        fraudJudge.proveCommitment(c, _open(0), "");
        _assertRejected();
    }

    function test_aRowWithItsStakeForWeightIsWrong() public {
        rows.push(_row(drawn[0]));
        rows[0].weight = BOND;
        IFraudJudge.Case memory c = _post();
        fraudJudge.proveCommitment(c, _open(0), "");
        _assertRejected();
    }

    /// The floor counts drawn weight against all stake.
    function test_floorAgainstAllStake() public {
        // Every row attests, so that only the floor is missed: 39 of the 80 that half of all stake needs are one too few.
        for (uint256 i = 0; i < SIZE / 2 - 1; ++i) {
            rows.push(_row(drawn[i]));
            rows[i].attestationHash = keccak256("attestation");
        }
        IFraudJudge.Case memory c = _post();
        fraudJudge.proveCertificate(c, spec, rows);
        _assertRejected();
    }

    function test_floorReached() public {
        for (uint256 i = 0; i < SIZE / 2; ++i) {
            rows.push(_row(drawn[i]));
            rows[i].attestationHash = keccak256("attestation");
        }
        IFraudJudge.Case memory c = _post();
        vm.expectRevert(IFraudJudge.NoFault.selector);
        fraudJudge.proveCertificate(c, spec, rows);
    }

    // ── Omissions ─────────────────────────────────────────────────────────────────────────────────────────────────

    function test_omissionOfADrawnMember() public {
        bytes memory receipt = _receipt(drawn[0]);
        IFraudJudge.Case memory c = _post();
        fraudJudge.proveOmission(c, drawn[0].owner, "c", receipt, _none(), _none());
        _assertRejected();
    }

    function test_aMemberThatIsNotDrawnHasNoComplaint() public {
        bytes memory receipt = _receipt(undrawn[0]);
        IFraudJudge.Case memory c = _post();
        vm.expectRevert(IFraudJudge.NoFault.selector);
        fraudJudge.proveOmission(c, undrawn[0].owner, "c", receipt, _none(), _none());
    }

    function test_omissionOfAForcedCommitment() public {
        forceCommit(drawn[0].owner, task, 1, drawn[0].owner, "c");
        IFraudJudge.Case memory c = _post();
        fraudJudge.proveOmission(c, drawn[0].owner, 0, "", _none(), _none());
        _assertRejected();
    }

    /// R27: a full claim has the lowest tickets. More than 128 drawn members are rare, so the rows here are of any members;
    /// the judge compares the two tickets only.
    function test_R27_aFullClaimHasTheLowestTickets() public {
        Node memory n = drawn[0];
        for (uint256 i = 0; i < MEMBERS && rows.length < 128; ++i) {
            if (nodes[i].owner != n.owner) rows.push(_row(nodes[i]));
        }
        (uint256 lower, uint256 higher) = (128, 128);
        for (uint256 i = 0; i < 128; ++i) {
            if (_ticket(rows[i].member) < _ticket(n.owner)) lower = i;
            else higher = i;
        }
        assertTrue(lower < 128 && higher < 128);
        bytes memory receipt = _receipt(n);
        IFraudJudge.Case memory c = _post();
        IFraudJudge.MemberOpening[] memory around = _around(n);
        vm.expectRevert(abi.encodeWithSelector(IFraudJudge.WrongLength.selector, 0, 1));
        fraudJudge.proveOmission(c, n.owner, "c", receipt, around, _none());
        IFraudJudge.MemberOpening[] memory better = _some(lower);
        vm.expectRevert(IFraudJudge.NoFault.selector);
        fraudJudge.proveOmission(c, n.owner, "c", receipt, around, better);
        fraudJudge.proveOmission(c, n.owner, "c", receipt, around, _some(higher));
        _assertRejected();
    }

    function _ticket(address member) private view returns (uint256) {
        return Committee.ticket(Committee.lot("mix", task, 1, member), BOND);
    }

    /// The rows beside the place of a member without row.
    function _around(Node memory n) private view returns (IFraudJudge.MemberOpening[] memory list) {
        uint256 place = 0;
        while (place < rows.length && rows[place].slot < vault.slotOf(task, n.owner)) ++place;
        if (place == 0) return _some(0);
        if (place == rows.length) return _some(place - 1);
        list = new IFraudJudge.MemberOpening[](2);
        (list[0], list[1]) = (_open(place - 1), _open(place));
    }

    // ── Court ─────────────────────────────────────────────────────────────────────────────────────────────────────

    function test_onlyTheCommitteeAsksTheCourt() public {
        IDataCourt court = IDataCourt(vm.deployCode("DataCourt.sol", abi.encode(ledger, BOND, 1)));
        assertTrue(court.mayAsk(task, 1, drawn[0].key));
        assertTrue(court.mayAsk(task, 1, drawn[0].owner));
        assertFalse(court.mayAsk(task, 1, undrawn[0].key));
        assertFalse(court.mayAsk(task, 1, op.key));
    }
}
